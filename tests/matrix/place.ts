/** A group and a discussion in it with people in all their roles: what a case is about. @module */
import { strict as assert } from "node:assert";
import {
  type DiscussionId,
  type Draft,
  type EventId,
  type GroupId,
  type MessageId,
  type Proposal,
  type Seq,
  type ShardNumber,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { freshId } from "@gatz/testing/test_server.ts";
import { type Cast, type Person, planted, type Role } from "./cast.ts";

export interface Place {
  readonly cast: Cast;
  readonly group: GroupId;
  readonly discussion: DiscussionId;
  /** By `other`, while the ex-member was there; and after. */
  readonly message: MessageId;
  readonly later: MessageId;
  /** What each of those who were there wrote. */
  readonly own: ReadonlyMap<UserId, MessageId>;
  /** The seq of `later`. */
  readonly seqOfLater: Seq;
  /** The ids that a flag of `message`, and an invite to the group, have where a row needs one. */
  readonly flag: EventId;
  readonly invite: EventId;
  /** Another user, whose own stream is nobody else's business. */
  readonly somebody: UserId;
  /** Names and texts. */
  readonly words: Readonly<Record<"groupName" | "discussionName" | "text" | "laterText", string>>;
}

type Begun = Omit<Place, "seqOfLater">;

/** From which of the two the ex-member has gone. */
export type ExOf = "group" | "discussion";

const IN_GROUP: readonly Role[] = ["outside", "ex", "member", "owner", "gowner", "other", "newcomer"];
const IN_DISCUSSION: readonly Role[] = ["ex", "member", "owner", "gowner", "other"];
const DEADLINE_MS = 10_000;

/** Makes a place. `of`: of the columns' people only this one is there, besides those whom nothing goes without. */
export async function newPlace(
  storage: Storage,
  { cast, exOf, of }: { cast: Cast; exOf: ExOf; of?: Role },
): Promise<Place> {
  const isThere = (role: Role) => of === undefined || role === of || ALWAYS.has(role);
  const inGroup = IN_GROUP.filter(isThere).map((role) => cast[role]);
  const inDiscussion = IN_DISCUSSION.filter(isThere).map((role) => cast[role]);
  const place = placeFor(cast, inDiscussion);
  await begin(storage, { place, inGroup, inDiscussion });
  if (isThere("ex")) await removeEx(storage, place, exOf);
  const [seqOfLater] = await offer(storage, place.discussion, [
    say(place, cast.other, place.later, place.words.laterText),
  ]);
  return { ...place, seqOfLater: seqOfLater! }; // one was offered
}

const ALWAYS: ReadonlySet<Role> = new Set(["owner", "gowner", "other", "newcomer"]);

/** The same with ids that nobody has made yet. */
export function nowhere({ group, discussion, own, somebody, ...rest }: Place): Place {
  const message = () => freshId("msg", shardOf(discussion));
  return {
    ...{ ...rest, message: message(), later: message() },
    ...{ flag: newEvent(discussion), invite: newEvent(group) },
    somebody: freshId("user", shardOf(somebody)),
    group: freshId("grp", shardOf(group)),
    discussion: freshId("disc", shardOf(discussion)),
    own: new Map([...own.keys()].map((user) => [user, message()])),
  };
}

function placeFor(cast: Cast, writers: readonly Person[]): Begun {
  const [group, discussion] = [freshId("grp", homeOf(cast.gowner)), freshId("disc", homeOf(cast.owner))];
  const message = () => freshId("msg", shardOf(discussion));
  return {
    ...{ cast, group, discussion, message: message(), later: message(), somebody: cast.other.user },
    ...{ flag: newEvent(discussion), invite: newEvent(group) },
    own: new Map(writers.map(({ user }) => [user, message()])),
    words: { groupName: planted(), discussionName: planted(), text: planted(), laterText: planted() },
  };
}

export function homeOf({ user }: Pick<Person, "user">): ShardNumber {
  return shardOf(user);
}

async function begin(
  storage: Storage,
  { place, inGroup, inDiscussion }: { place: Begun; inGroup: readonly Person[]; inDiscussion: readonly Person[] },
): Promise<void> {
  const { cast, group, discussion, message, own, words } = place;
  const others = (people: readonly Person[], { user: self }: Person) =>
    people.map(({ user }) => user).filter((user) => user !== self);
  await offer(storage, group, [
    by(cast.gowner, {
      ...{ stream: group, id: newEvent(group), type: "create", version: 1 },
      body: { name: words.groupName, members: others(inGroup, cast.gowner) },
    }),
  ]);
  await offer(storage, discussion, [
    by(cast.owner, {
      ...{ stream: discussion, id: newEvent(discussion), type: "create", version: 1 },
      body: { group, name: words.discussionName, members: others(inDiscussion, cast.owner) },
    }),
    say(place, cast.other, message, words.text),
    ...inDiscussion.map((person) => say(place, person, own.get(person.user)!, words.text)),
  ]);
}

async function removeEx(storage: Storage, { cast, group, discussion }: Begun, exOf: ExOf): Promise<void> {
  const body = { user: cast.ex.user };
  await offer(storage, discussion, [
    by(cast.owner, { stream: discussion, id: newEvent(discussion), type: "remove-member", version: 1, body }),
  ]);
  if (exOf === "discussion") return;
  await offer(storage, group, [
    by(cast.gowner, { stream: group, id: newEvent(group), type: "remove-member", version: 1, body }),
  ]);
}

function say({ discussion }: Pick<Place, "discussion">, person: Person, id: MessageId, text: string): Proposal {
  const body = { text, mentions: [], attachments: [] };
  return by(person, { stream: discussion, id, type: "new-message", version: 1, body });
}

export function by({ user }: Pick<Person, "user">, draft: Draft): Proposal {
  return { ...draft, actor: user };
}

export function newEvent(stream: StreamId): EventId {
  return freshId("evt", shardOf(stream));
}

/** Offers past the API: what a place needs is not what a case is about. */
export async function offer(storage: Storage, stream: StreamId, proposals: readonly Proposal[]): Promise<Seq[]> {
  const outcomes = await storage.offer(stream, proposals, { deadlineMs: DEADLINE_MS });
  return outcomes.map((outcome) => {
    assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
    return outcome.seq;
  });
}
