/** A group and a discussion in it with people in all their roles: what a case is about. @module */
import {
  type DiscussionId,
  type EventId,
  type GroupId,
  type MessageId,
  type Proposal,
  type Seq,
  type Sha256,
  type ShardNumber,
  shardOf,
  unixMs,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { freshId } from "@gatz/testing/test_server.ts";
import { type Cast, type Person, planted, type Role } from "./cast.ts";
import { by, newEvent, offer } from "./offer.ts";

export interface Place {
  readonly cast: Cast;
  readonly group: GroupId;
  readonly discussion: DiscussionId;
  /** By `other`, while the ex-member was there; and after. */
  readonly message: MessageId;
  readonly later: MessageId;
  /** What each of those who were there wrote. */
  readonly own: ReadonlyMap<UserId, MessageId>;
  /** The seqs of `later` and of the owner's flag. */
  readonly seqOfLater: Seq;
  readonly seqOfFlag: Seq;
  /** The flag that is on a message of the owner's. */
  readonly ownersFlag: EventId;
  /** The ids that a flag of `message`, and an invite to the group, have where a row needs one. */
  readonly flag: EventId;
  readonly invite: EventId;
  /** Another user, whose own stream is nobody else's business. */
  readonly somebody: UserId;
  /** Names and texts. */
  readonly words: Readonly<Record<Word, string>>;
}

type Word = "groupName" | "discussionName" | "text" | "ownText" | "laterText" | "flagReason" | "inviteHash";
type Begun = Omit<Place, "seqOfLater" | "seqOfFlag">;

/** From which of the two the ex-member has gone. */
export type ExOf = "group" | "discussion";

const IN_DISCUSSION: readonly Role[] = [
  ...["ex", "member", "muted", "mod", "owner", "gmod", "gowner", "blocked", "blocker", "other"] as const,
];
const IN_GROUP: readonly Role[] = ["outside", "newcomer", ...IN_DISCUSSION];
/** Without whom there is no place. */
const ALWAYS: ReadonlySet<Role> = new Set(["owner", "gowner", "other", "newcomer"]);
const HOUR_MS = 3_600_000;

export interface PlaceOptions {
  readonly cast: Cast;
  readonly exOf: ExOf;
  /** Of the columns' people only this one is there, besides those whom nothing goes without. Default: all. */
  readonly of?: Role;
  /** More of how the discussion is. */
  readonly talk?: TalkOptions;
}

export interface TalkOptions {
  /** The people of the group may join it. */
  readonly isOpen?: boolean;
  readonly curatedBy?: "moderators";
}

export async function newPlace(storage: Storage, { cast, exOf, of, talk = {} }: PlaceOptions): Promise<Place> {
  const isThere = (role: Role) => of === undefined || role === of || ALWAYS.has(role);
  const people = { inGroup: IN_GROUP.filter(isThere), inDiscussion: IN_DISCUSSION.filter(isThere) };
  const place = placeFor(cast, people.inDiscussion.map((role) => cast[role]));
  await offer(storage, place.group, groupOf(place, people.inGroup));
  const begun = talkOf(place, people.inDiscussion, talk);
  const seqs = await offer(storage, place.discussion, begun);
  const seqOfFlag = seqs[begun.findIndex(({ type }) => type === "flag-message")]!; // it is one of them
  if (isThere("ex")) await removeEx(storage, place, exOf);
  const [seqOfLater] = await offer(storage, place.discussion, [
    say(place, cast.other, place.later, place.words.laterText),
  ]);
  return { ...place, seqOfFlag, seqOfLater: seqOfLater! }; // one was offered
}

/** The same with ids that nobody has made yet. */
export function nowhere({ group, discussion, own, somebody, ...rest }: Place): Place {
  const message = () => freshId("msg", shardOf(discussion));
  return {
    ...{ ...rest, message: message(), later: message() },
    ...{ ownersFlag: newEvent(discussion), flag: newEvent(discussion), invite: newEvent(group) },
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
    ...{ ownersFlag: newEvent(discussion), flag: newEvent(discussion), invite: newEvent(group) },
    own: new Map(writers.map(({ user }) => [user, message()])),
    words: {
      ...{ groupName: planted(), discussionName: planted(), text: planted(), laterText: planted() },
      ...{ ownText: planted(), flagReason: planted(), inviteHash: planted() },
    },
  };
}

export function homeOf({ user }: Pick<Person, "user">): ShardNumber {
  return shardOf(user);
}

function groupOf({ cast, group, words }: Begun, roles: readonly Role[]): Proposal[] {
  const [shape, event] = [{ stream: group, version: 1 } as const, () => newEvent(group)];
  const members = usersOf(cast, roles, cast.gowner);
  const moderator = { user: cast.gmod.user, role: "moderator" } as const;
  return [
    by(cast.gowner, { ...shape, id: event(), type: "create", body: { name: words.groupName, members } }),
    by(cast.gowner, { ...shape, id: event(), type: "create-invite", body: { hash: sha256Like(words.inviteHash) } }),
    ...(roles.includes("gmod") ? [by(cast.gowner, { ...shape, id: event(), type: "set-role", body: moderator })] : []),
  ];
}

function talkOf(place: Begun, roles: readonly Role[], { isOpen, curatedBy }: TalkOptions): Proposal[] {
  const { cast, group, discussion, message, own, ownersFlag, words } = place;
  const [shape, event] = [{ stream: discussion, version: 1 } as const, () => newEvent(discussion)];
  const join = { until: unixMs(Date.now() + HOUR_MS), historyFrom: "now" } as const;
  const more = { ...(isOpen && { join }), ...(curatedBy && { curatedBy }) };
  const members = usersOf(cast, roles, cast.owner);
  const toRole = (role: Role): Proposal[] => {
    const { user } = cast[role];
    if (role === "mod") {
      return [by(cast.owner, { ...shape, id: event(), type: "set-role", body: { user, role: "moderator" } })];
    }
    return role === "muted" ? [by(cast.owner, { ...shape, id: event(), type: "mute-member", body: { user } })] : [];
  };
  return [
    by(cast.owner, {
      ...{ ...shape, id: event(), type: "create" },
      body: { group, name: words.discussionName, members, ...more },
    }),
    say(place, cast.other, message, words.text),
    ...roles.map((role) => say(place, cast[role], own.get(cast[role].user)!, words.ownText)), // one was made for each
    by(cast.other, {
      ...{ ...shape, id: ownersFlag, type: "flag-message" },
      body: { target: own.get(cast.owner.user)!, reason: words.flagReason }, // the owner is always there
    }),
    ...roles.flatMap(toRole),
  ];
}

function usersOf(cast: Cast, roles: readonly Role[], { user: self }: Person): UserId[] {
  return roles.map((role) => cast[role].user).filter((user) => user !== self);
}

/** 64 hexadecimal digits that begin with a word's. */
function sha256Like(word: string): Sha256 {
  return hexOf(word).padEnd(64, "0") as Sha256;
}

export function hexOf(word: string): string {
  return new TextEncoder().encode(word).toHex();
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
