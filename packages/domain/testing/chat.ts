/**
 * Random chats for the laws: a few people, two groups on two shards, three discussions. A chat is a list of moves; a move is numbers, read
 * against the world as it is then, so that every list is a chat, and smaller lists are simpler chats.
 */
import fc from "fast-check";
import { unreachable } from "../src/asserts.ts";
import type { HistoryFrom, Proposal } from "../src/events.ts";
import type { DiscussionId, GroupId, MessageId, UserId } from "../src/ids.ts";
import type { DomainLimits } from "../src/limits.ts";
import { membersNow } from "../src/membership.ts";
import { seq, unixMs } from "../src/scalars.ts";
import {
  addToDiscussion,
  addToGroup,
  attachment,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  leaveGroup,
  newMessage,
  react,
  register,
  removeFromDiscussion,
  removeFromGroup,
} from "./drafts.ts";
import { MODERATION_KINDS, moderationOf } from "./chat_moderation.ts";
import { PEOPLE_KINDS, peopleOf } from "./chat_people.ts";
import { discussionId, groupId, messageId, userId } from "./ids.ts";
import { World } from "./world.ts";

export const PEOPLE = [userId(1, 1), userId(2, 2), userId(3, 1), userId(4, 2), userId(5, 3)] as const;
export const GROUPS = [groupId(1, 1), groupId(2, 2)] as const;
export const TALKS = [discussionId(1, 2), discussionId(2, 1), discussionId(3, 3)] as const;
const EMOJI = ["👍", "🎉", "❤️", "no emoji"] as const;
const TEXTS = ["hi", "hello there", "שלום 👋", "x".repeat(50), "", "\ud800"] as const;

/** The kinds of move, and how often each comes beside the others. */
const KINDS = {
  "say": 18,
  "edit": 8,
  "react": 12,
  "delete": 2,
  "add": 6,
  "remove": 2,
  "leave": 1,
  "join-group": 2,
  "remove-from-group": 2,
  "leave-group": 1,
  "deliver": 6,
  ...MODERATION_KINDS,
  ...PEOPLE_KINDS,
} as const;

export interface Move {
  kind: keyof typeof KINDS;
  /** Read modulo whatever there is to choose from. */
  actor: number;
  place: number;
  other: number;
  pick: number;
}

const number = fc.nat({ max: 59 }); // divisible by most small counts
const kind = fc.oneof(
  ...Object.entries(KINDS).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind as Move["kind"]) })), // its keys
);
export const moves = (maxLength: number): fc.Arbitrary<Move[]> =>
  fc.array(fc.record({ kind, actor: number, place: number, other: number, pick: number }), { maxLength, size: "max" });

/** Limits from none at all to the default: some so small that much is refused. */
export const limits: fc.Arbitrary<Partial<DomainLimits>> = fc.record({
  textCodePoints: fc.constantFrom(2, 40, 10_000),
  emojiPerMessage: fc.constantFrom(1, 2, 20),
  members: fc.constantFrom(4, 1_000),
  attachments: fc.constantFrom(0, 10),
}, { requiredKeys: [] });

function at<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(list.length, 1)];
}

/** Everyone registered, two groups, three discussions. */
export function newWorld(limits: Partial<DomainLimits> = {}): World {
  const [p0, p1, p2, p3, p4] = PEOPLE;
  const world = new World(limits);
  for (const person of PEOPLE) world.accept(register(person));
  world.accept(createGroup(p0, GROUPS[0], [p1, p2, p3]));
  world.accept(createGroup(p1, GROUPS[1], [p2, p4]));
  world.accept(createDiscussion(p0, TALKS[0], { group: GROUPS[0], members: [p1, p2] }));
  const [far, near] = [unixMs(world.now + 1_000_000), unixMs(world.now + 60)];
  const open = { until: far, historyFrom: "all" as const };
  world.accept(createDiscussion(p1, TALKS[1], { group: GROUPS[0], members: [p0, p3], join: open }));
  const brief = { until: near, historyFrom: "now" as const };
  world.accept(createDiscussion(p2, TALKS[2], { group: GROUPS[1], members: [p1], description: "Brief", join: brief }));
  return world;
}

function someMessage(world: World, talk: DiscussionId, n: number): MessageId {
  return at([...world.folded(talk).messages.keys()], n) ?? messageId(7_777);
}

function history({ pick }: Move): HistoryFrom {
  const choices: readonly HistoryFrom[] = ["all", "now", "now", seq(1 + (pick % 7))];
  return at(choices, pick)!;
}

/** Whom a move lets act on a message: mostly its author. */
function editor(world: World, talk: DiscussionId, { actor, other }: Move): UserId {
  const message = world.folded(talk).messages.get(someMessage(world, talk, other));
  return message !== undefined && actor % 4 !== 0 ? message.author : at(PEOPLE, actor)!;
}

/** Whom a move lets act in a stream: mostly one of its members. */
function insider(world: World, stream: DiscussionId | GroupId, { actor }: Move): UserId {
  const { state } = world.folded(stream);
  const inside = state === null || state.kind === "user" ? [] : membersNow(state);
  return (actor % 10 === 0 ? undefined : at(inside, actor)) ?? at(PEOPLE, actor)!;
}

/** The proposal that a move makes of the world, or null for a delivery. */
export function proposalOf(move: Move, world: World): Proposal | null {
  const talk = at(TALKS, move.place)!;
  const group = at(GROUPS, move.place)!;
  switch (move.kind) {
    case "say":
    case "edit":
    case "react":
    case "delete":
      return messageOf({ ...move, kind: move.kind }, { world, talk });
    case "add":
    case "remove":
    case "leave":
      return membershipOf({ ...move, kind: move.kind }, { world, talk });
    case "join-group":
    case "remove-from-group":
    case "leave-group":
      return groupsOf({ ...move, kind: move.kind }, { world, group });
    case "group-settings":
    case "group-roles":
    case "invite":
    case "direct":
    case "block":
    case "end":
      return peopleOf({ ...move, kind: move.kind }, { world, group, people: PEOPLE });
    case "deliver":
      return null;
    default:
      return moderationOf({ ...move, kind: move.kind }, {
        ...{ world, talk, people: PEOPLE, target: someMessage(world, talk, move.other) },
      });
  }
}

type MoveOf<K extends Move["kind"]> = Move & { kind: K };

function messageOf(
  move: MoveOf<"say" | "edit" | "react" | "delete">,
  { world, talk }: { world: World; talk: DiscussionId },
): Proposal {
  const target = someMessage(world, talk, move.other);
  const attachments = move.pick % 4 === 0 ? [attachment()] : [];
  const text = at(TEXTS, move.pick)!;
  switch (move.kind) {
    case "say": {
      const body = { text, attachments, mentions: [at(PEOPLE, move.other)!] };
      const replyTo = move.place % 3 === 0 ? target : undefined;
      return newMessage(insider(world, talk, move), talk, { ...body, ...(replyTo && { replyTo }) });
    }
    case "edit": {
      const baseRevision = move.place % 5 === 0 ? { baseRevision: move.pick % 3 } : {};
      return editMessage(editor(world, talk, move), talk, { target, text, attachments, ...baseRevision });
    }
    case "react": {
      const body = { target, emoji: at(EMOJI, move.pick)!, on: move.place % 4 !== 0 };
      return react(insider(world, talk, move), talk, body);
    }
    case "delete":
      return deleteMessage(editor(world, talk, move), talk, { target });
    default:
      return unreachable(move.kind);
  }
}

function membershipOf(
  move: MoveOf<"add" | "remove" | "leave">,
  { world, talk }: { world: World; talk: DiscussionId },
): Proposal {
  const actor = insider(world, talk, move);
  const user = at(PEOPLE, move.other)!;
  switch (move.kind) {
    case "add":
      return addToDiscussion(actor, talk, { users: [user, at(PEOPLE, move.pick)!], historyFrom: history(move) });
    case "remove": {
      const owner = world.discussion(talk).owner ?? actor;
      const since = move.pick % 4 === 0 ? { since: seq(1) } : {};
      return removeFromDiscussion(move.pick % 3 === 0 ? actor : owner, talk, { user, ...since });
    }
    case "leave":
      return leaveDiscussion(actor, talk);
    default:
      return unreachable(move.kind);
  }
}

function groupsOf(
  move: MoveOf<"join-group" | "remove-from-group" | "leave-group">,
  { world, group }: { world: World; group: GroupId },
): Proposal {
  const actor = insider(world, group, move);
  const user = at(PEOPLE, move.other)!;
  switch (move.kind) {
    case "join-group":
      return addToGroup(actor, group, { users: [user], historyFrom: history(move) });
    case "remove-from-group":
      return removeFromGroup(move.pick % 3 === 0 ? actor : world.group(group).owner ?? actor, group, { user });
    case "leave-group":
      return leaveGroup(actor, group);
    default:
      return unreachable(move.kind);
  }
}

/** Plays one move. */
export function play(move: Move, world: World): void {
  const proposal = proposalOf(move, world);
  if (proposal) world.offer(proposal);
  else deliverSome(move, world);
}

/** Delivers a few of the effects that wait, from different pairs of shards. */
function deliverSome({ pick, other }: Move, world: World): void {
  for (let n = 1 + (other % 8); n > 0; n--) {
    const pair = at(world.waiting(), pick + n);
    if (pair) world.deliver(pair);
  }
}

/** A world in which all of a chat was played. */
export function played(chat: readonly Move[], limits: Partial<DomainLimits> = {}): World {
  const world = newWorld(limits);
  for (const move of chat) play(move, world);
  return world;
}
