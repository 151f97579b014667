/** What people of a random chat do to each other and to their discussions, beside talking (DISC1–4, MOD1–2). */
import { unreachable } from "../src/asserts.ts";
import type { Proposal } from "../src/events.ts";
import type { DiscussionId, EventId, MessageId, UserId } from "../src/ids.ts";
import { membersNow, roleOf } from "../src/membership.ts";
import { seq, unixMs } from "../src/scalars.ts";
import * as draft from "./discussion_drafts.ts";
import { closeDiscussion, createDiscussion, deleteMessage } from "./drafts.ts";
import { discussionId, eventId } from "./ids.ts";
import type { World } from "./world.ts";

/** The kinds of move, and how often each comes beside the others of a chat. */
export const MODERATION_KINDS = {
  "settings": 6,
  "roles": 2,
  "sanction": 5,
  "pin": 5,
  "flag": 5,
  "answer": 6,
  "purge": 1,
  "join": 2,
  "continue": 1,
} as const;
export type ModerationKind = keyof typeof MODERATION_KINDS;

/** Discussions that go on from a message, once somebody begins them. */
const CONTINUED = [discussionId(4, 2), discussionId(5, 1)] as const;

export interface ModerationMove {
  readonly kind: ModerationKind;
  readonly actor: number;
  readonly place: number;
  readonly other: number;
  readonly pick: number;
}

interface Place {
  readonly world: World;
  readonly talk: DiscussionId;
  readonly people: readonly UserId[];
  /** The message that a move is about, if there is any. */
  readonly target: MessageId;
}

function at<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(list.length, 1)];
}

/** Mostly who may: the owner or a moderator. */
function moderator(move: ModerationMove, { world, talk, people }: Place): UserId {
  const state = world.discussion(talk);
  const able = membersNow(state).filter((user) => roleOf(state, user) !== "member");
  return (move.actor % 5 === 0 ? undefined : at(able, move.actor)) ?? at(people, move.actor)!;
}

/** Mostly one of the members. */
function insider(move: ModerationMove, { world, talk, people }: Place): UserId {
  const inside = membersNow(world.discussion(talk));
  return (move.actor % 10 === 0 ? undefined : at(inside, move.actor)) ?? at(people, move.actor)!;
}

/** Mostly somebody who is not in it. */
function outsider(move: ModerationMove, { world, talk, people }: Place): UserId {
  const inside = membersNow(world.discussion(talk));
  return at(people.filter((user) => !inside.includes(user)), move.actor) ?? at(people, move.actor)!;
}

export function moderationOf(move: ModerationMove, place: Place): Proposal {
  switch (move.kind) {
    case "settings":
      return settingsOf(move, place);
    case "roles":
      return rolesOf(move, place);
    case "sanction":
      return sanctionOf(move, place);
    case "pin": {
      const { world, talk, target } = place;
      const pinned = at(world.discussion(talk).pins ?? [], move.other);
      const actor = insider(move, place);
      return pinned && move.pick % 2 === 0 ? draft.unpin(actor, talk, pinned.message) : draft.pin(actor, talk, target);
    }
    case "flag":
      return draft.flag(insider(move, place), place.talk, { target: place.target, ...reason(move) });
    case "answer":
      return answerOf(move, place);
    case "purge":
      return draft.expunge(moderator(move, place), place.talk, {
        author: at(place.people, move.other)!,
        upToSeq: seq(1 + (place.world.log(place.talk).length * (move.pick % 12)) / 10 | 0),
        ...reason(move),
      });
    case "join":
      return draft.join(outsider(move, place), place.talk);
    case "continue":
      return continuationOf(move, place);
    default:
      return unreachable(move.kind);
  }
}

const reason = ({ pick }: ModerationMove) => pick % 3 === 0 ? { reason: "because" } : {};

/** Soon, as worlds go: each event takes a millisecond. */
const until = ({ pick, other }: ModerationMove, world: World) =>
  pick % 3 === 0 ? {} : { until: unixMs(world.now + (other % 4) * 6) };

function settingsOf(move: ModerationMove, place: Place): Proposal {
  const { world, talk } = place;
  const { locked, closed } = world.discussion(talk);
  const [boss, member] = [moderator(move, place), insider(move, place)];
  // What is shut is opened again soon, or little more would happen.
  if (closed) return draft.reopen(boss, talk);
  if (locked && move.other % 3 !== 0) return draft.unlock(boss, talk);
  switch (move.pick % 10) {
    case 0:
    case 1:
      return draft.renameDiscussion(member, talk, `Name ${move.other % 3}`);
    case 2:
      return draft.describeDiscussion(member, talk, { description: at(["", "what it is about"], move.other)! });
    case 3:
      return draft.describeDiscussion(boss, talk, { curatedBy: at(["members", "moderators"] as const, move.other)! });
    case 4:
      return draft.lock(boss, talk, reason(move));
    case 5:
      return draft.unlock(boss, talk);
    case 6:
      return closeDiscussion(boss, talk, reason(move));
    default:
      return draft.slowMode(boss, talk, { seconds: at([0, 0, 1, 2], move.other)!, ...until(move, world) });
  }
}

function rolesOf(move: ModerationMove, place: Place): Proposal {
  const { world, talk, people } = place;
  const actor = move.actor % 4 === 0 ? insider(move, place) : world.discussion(talk).owner ?? people[0]!;
  const role = at(["moderator", "moderator", "member", "owner"] as const, move.pick)!;
  return draft.setRole(actor, talk, { user: at(people, move.other)!, role });
}

function sanctionOf(move: ModerationMove, place: Place): Proposal {
  const { world, talk, people } = place;
  const [boss, user] = [moderator(move, place), at(people, move.other)!];
  const body = { user, ...until(move, world), ...reason(move) };
  const { mutes = {}, bans = {} } = world.discussion(talk);
  const [muted, banned] = [mutes, bans].map((of) => at(Object.keys(of) as UserId[], move.other)); // their keys
  if (muted && move.pick % 3 === 0) return draft.unmute(boss, talk, muted);
  if (banned && move.pick % 3 !== 0) return draft.unban(boss, talk, banned);
  return move.actor % 3 === 0 ? draft.ban(boss, talk, body) : draft.mute(boss, talk, body);
}

/** A flag is resolved, or answered by something else that is done to its message or its author. */
function answerOf(move: ModerationMove, place: Place): Proposal {
  const { world, talk, target } = place;
  const boss = moderator(move, place);
  const open = at(world.discussion(talk).flags ?? [], move.other);
  const flag: EventId = open?.id ?? eventId(7_777);
  switch (move.pick % 4) {
    case 0:
      return deleteMessage(boss, talk, { target: open?.message ?? target, flag });
    case 1:
      return draft.mute(boss, talk, { user: open?.author ?? boss, flag });
    default:
      return draft.resolveFlag(boss, talk, { flag, verdict: at(["upheld", "dismissed"] as const, move.other)! });
  }
}

function continuationOf(move: ModerationMove, place: Place): Proposal {
  const { world, talk, people, target } = place;
  const actor = insider(move, place);
  const continues = { discussion: talk, message: target };
  const { group } = world.discussion(talk);
  return createDiscussion(actor, at(CONTINUED, move.pick)!, { group, members: [at(people, move.other)!], continues });
}
