/** What people may try next: drafts that make sense as far as is known, and some that do not. */
import {
  directCreateId,
  directGroupId,
  type DiscussionId,
  type EventId,
  type Proposal,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import { newId } from "../../packages/client/src/new_id.ts";
import type { Chance } from "./chance.ts";
import { POISON } from "./postgres/sim_transaction.ts";
import type { World } from "./world.ts";

/** Who tries something. */
export interface Doer {
  readonly world: World;
  readonly user: UserId;
  readonly chance: Chance;
  /** Another one each time. */
  text(): string;
}
type Deed = (doer: Doer) => readonly Proposal[];

const NO_CONTENT = { mentions: [], attachments: [] } as const;
const NOTHING: readonly Proposal[] = [];

type Deeds = readonly (readonly [weight: number, deed: Deed])[];

/** How often each is done, and how: what is said, and who is there. */
const TALKING: Deeds = [
  [12, (doer) => [message(doer, talkOf(doer))]],
  [2, (doer) => several(doer, talkOf(doer))],
  [3, (doer) => aboutMessage(doer, "edit-message", { ...NO_CONTENT, text: doer.text() })],
  [1, (doer) => aboutMessage(doer, "delete-message")],
  [
    4,
    (doer) =>
      aboutMessage(doer, "react-to-message", { emoji: doer.chance.of(["👍", "🎉"]), on: doer.chance.happens(0.7) }),
  ],
  [2, (doer) => inTalk(doer, "add-members", { users: [someone(doer)], historyFrom: doer.chance.of(["all", "now"]) })],
  [1, (doer) => inOwnTalk(doer, "remove-member", { user: someone(doer) })],
  [0.5, (doer) => inTalk(doer, "leave")],
  [1, createTalk],
  [0.7, join],
  [0.4, createGroup],
  [0.7, (doer) => inGroup(doer, "add-members", { users: [someone(doer)], historyFrom: "now" })],
  [0.7, (doer) => inGroup(doer, "remove-member", { user: someone(doer) })],
  [0.2, (doer) => inGroup(doer, "leave")],
];
/** The rest of what people do with each other. */
const RULING: Deeds = [
  [0.4, (doer) => inTalk(doer, "rename", { name: titleOf(doer) })],
  [0.4, (doer) => inTalk(doer, "describe", { description: titleOf(doer) })],
  [1.5, rank],
  // Owners that go: who comes after them is the question.
  [0.4, (doer) => inOwnTalk(doer, "leave")],
  [1, (doer) => aboutMessage(doer, doer.chance.of(["pin-message", "pin-message", "unpin-message"]))],
  [0.8, (doer) => inOwnTalk(doer, doer.chance.of(["lock", "unlock", "unlock", "close", "reopen", "reopen"]))],
  [0.6, (doer) => inOwnTalk(doer, "mute-member", { user: someone(doer), ...forAWhile(doer) })],
  [0.4, (doer) => inOwnTalk(doer, doer.chance.of(["unmute-member", "unban-member"]), { user: someone(doer) })],
  [0.4, (doer) => inOwnTalk(doer, "ban-member", { user: someone(doer), ...forAWhile(doer) })],
  [0.4, slowDown],
  [0.8, flag],
  [0.5, resolve],
  [0.8, purge],
  [0.2, (doer) => inGroup(doer, "rename", { name: titleOf(doer) })],
  [0.5, (doer) => inGroup(doer, "set-role", { user: someone(doer), role: doer.chance.of(["moderator", "member"]) })],
  [0.3, (doer) => inGroup(doer, "transfer-ownership", { to: someone(doer) })],
  [0.4, invite],
  [0.4, useInvite],
  [0.2, direct],
  [0.3, (doer) => own(doer, "set-profile", { name: titleOf(doer) })],
  [0.5, (doer) => own(doer, doer.chance.of(["block-user", "block-user", "unblock-user"]), { user: someone(doer) })],
  [0.08, (doer) => own(doer, "end-account")],
];

/** In some runs people only talk and come and go: much of a few kinds meets more than few of all. */
export function someDeed(doer: Doer): readonly Proposal[] {
  const deeds = doer.world.doesAnyoneRule ? [...TALKING, ...RULING] : TALKING;
  let place = doer.chance.between(0, deeds.reduce((sum, [weight]) => sum + weight, 0));
  const found = deeds.find(([weight]) => (place -= weight) < 0) ?? TALKING[0]!; // there are some
  return found[1](doer);
}

function message(doer: Doer, talk: DiscussionId): Proposal {
  const id = newId("msg", shardOf(talk));
  doer.world.messages.push({ id, talk, by: doer.user });
  const text = doer.chance.happens(0.02) ? `${POISON} ${doer.text()}` : doer.text();
  return { stream: talk, id, type: "new-message", version: 1, actor: doer.user, body: { ...NO_CONTENT, text } };
}

function several(doer: Doer, talk: DiscussionId): readonly Proposal[] {
  return Array.from({ length: doer.chance.whole(2, 5) }, () => message(doer, talk));
}

/** A new discussion on the maker's home, with its first message in the same bundle, or alone; some go on from a message, some may be joined. */
function createTalk(doer: Doer): readonly Proposal[] {
  const { world, user, chance } = doer;
  const group = chance.of(world.groups);
  const id = newId("disc", shardOf(user));
  const join = chance.happens(0.4) ? { until: soon(doer), historyFrom: chance.of(["all", "now"]) } : null;
  world.talks.push({ id, group, by: user, mayBeJoined: join !== null });
  const members = world.users.filter((one) => one !== user && chance.happens(0.6));
  const from = chance.happens(0.3) ? recent(doer) : null;
  const create = event(doer, id, "create", {
    ...{ group, name: "A talk", members },
    ...(join !== null && { join }),
    ...(chance.happens(0.2) && { curatedBy: "moderators" }),
    ...(from !== null && { continues: { discussion: from.talk, message: from.id } }),
  });
  return chance.happens(0.5) ? [create, message(doer, id)] : [create];
}

/** Not where somebody may wait to the end: while a shard's clock goes back by an hour, an hour is no time for slow mode. */
function slowDown(doer: Doer): readonly Proposal[] {
  const others = doer.world.talks.slice(1);
  if (others.length === 0) return NOTHING;
  return [event(doer, doer.chance.of(others).id, "set-slow-mode", { seconds: doer.chance.of([0, 1]) })];
}

function join(doer: Doer): readonly Proposal[] {
  const some = doer.world.talks.filter(({ mayBeJoined, by }) => mayBeJoined && by !== doer.user);
  return some.length === 0 ? NOTHING : [event(doer, doer.chance.of(some).id, "join", {})];
}

function createGroup(doer: Doer): readonly Proposal[] {
  const { world, user, chance } = doer;
  const id = newId("grp", shardOf(user));
  world.groups.push(id);
  const members = world.users.filter((one) => one !== user && chance.happens(0.4));
  return [event(doer, id, "create", { name: "Some", members })];
}

function rank(doer: Doer): readonly Proposal[] {
  const role = doer.chance.of(["moderator", "moderator", "member", "owner"]);
  return inOwnTalk(doer, "set-role", { user: someone(doer), role });
}

function flag(doer: Doer): readonly Proposal[] {
  const target = recent(doer);
  if (target === null) return NOTHING;
  const flagging = event(doer, target.talk, "flag-message", { target: target.id });
  doer.world.flags.push({ id: flagging.id as EventId, talk: target.talk });
  return [flagging];
}

/** By its own event, or by what a moderator does about it. */
function resolve(doer: Doer): readonly Proposal[] {
  const { world: { flags }, chance } = doer;
  if (flags.length === 0) return NOTHING;
  const { id: flag, talk } = chance.of(flags.slice(-6));
  return chance.happens(0.5)
    ? [event(doer, talk, "resolve-flag", { flag, verdict: chance.of(["upheld", "dismissed"]) })]
    : [event(doer, talk, "mute-member", { user: someone(doer), flag, ...forAWhile(doer) })];
}

/** Of one who has said something, mostly where the doer may: else hardly any run has a purge of what somebody is looking at. */
function purge(doer: Doer): readonly Proposal[] {
  const { world: { talks, messages }, chance, user } = doer;
  const own = new Set(talks.flatMap(({ id, by }) => by === user ? [id] : []));
  const others = messages.filter(({ by, talk }) => by !== user && (own.has(talk) || chance.happens(0.1)));
  if (others.length === 0) return NOTHING;
  const { talk, by: author } = chance.of(others);
  return [event(doer, talk, "expunge", { author, upToSeq: chance.whole(1, 40), why: "purge" })];
}

function invite(doer: Doer): readonly Proposal[] {
  const group = doer.chance.of(doer.world.groups);
  const made = event(doer, group, "create-invite", { hash: doer.chance.hex(64), maxUses: doer.chance.whole(1, 2) });
  doer.world.invites.push({ id: made.id as EventId, group });
  return [made];
}

function useInvite(doer: Doer): readonly Proposal[] {
  const { world: { invites }, chance } = doer;
  if (invites.length === 0) return NOTHING;
  const { id, group } = chance.of(invites);
  return [event(doer, group, chance.happens(0.8) ? "join-by-invite" : "revoke-invite", { invite: id })];
}

/** The one group of two, which either may begin. */
function direct(doer: Doer): readonly Proposal[] {
  const other = someone(doer);
  if (other === doer.user) return NOTHING;
  const group = directGroupId(doer.user, other);
  if (!doer.world.groups.includes(group)) doer.world.groups.push(group);
  const create = event(doer, group, "create", { name: "Two", members: [other], direct: true });
  return [{ ...create, id: directCreateId(doer.user, other) } as Proposal]; // of the same kind
}

function inTalk(doer: Doer, type: string, body: object = {}): readonly Proposal[] {
  return [event(doer, talkOf(doer), type, body)];
}

/** Mostly one that the doer has begun, and so may moderate. */
function inOwnTalk(doer: Doer, type: string, body: object = {}): readonly Proposal[] {
  const own = doer.world.talks.filter(({ by }) => by === doer.user);
  const talk = own.length > 0 && doer.chance.happens(0.7) ? doer.chance.of(own).id : talkOf(doer);
  return [event(doer, talk, type, body)];
}

function inGroup(doer: Doer, type: string, body: object = {}): readonly Proposal[] {
  return [event(doer, doer.chance.of(doer.world.groups), type, body)];
}

function own(doer: Doer, type: string, body: object = {}): readonly Proposal[] {
  return [event(doer, doer.user, type, body)];
}

function aboutMessage(doer: Doer, type: string, body: object = {}): readonly Proposal[] {
  const target = recent(doer);
  return target === null ? NOTHING : [event(doer, target.talk, type, { ...body, target: target.id })];
}

function talkOf({ chance, world: { talks } }: Doer): DiscussionId {
  return chance.of(talks).id;
}

function someone({ chance, world: { users } }: Doer): UserId {
  return chance.of(users);
}

function recent({ chance, world: { messages } }: Doer): World["messages"][number] | null {
  return messages.length === 0 ? null : chance.of(messages.slice(-12));
}

/** Until then, or until it is taken back. */
function forAWhile(doer: Doer): { until?: number } {
  return doer.chance.happens(0.5) ? { until: soon(doer) } : {};
}

/** By the servers' clocks, which may be wrong. */
function soon({ chance }: Doer): number {
  return Date.now() + chance.whole(50, 1_500);
}

function titleOf(doer: Doer): string {
  return doer.text().slice(0, 20);
}

function event({ user: actor }: Doer, stream: StreamId, ...[type, body]: [type: string, body: object]): Proposal {
  // One of the shapes of a draft, written so that each deed is one line.
  return { stream, id: newId("evt", shardOf(stream)), type, version: 1, actor, body } as unknown as Proposal;
}
