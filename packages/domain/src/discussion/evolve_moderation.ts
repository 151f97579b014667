/** What moderation changes in a discussion's state (DISC4, MOD1–2). @module */
import { assert, unreachable } from "../asserts.ts";
import type {
  BanMember,
  CloseDiscussion,
  Decided,
  DeleteMessage,
  EventOf,
  Expunge,
  FlagMessage,
  LockDiscussion,
  MuteMember,
  PinMessage,
  RemoveFromDiscussion,
  ReopenDiscussion,
  ResolveFlag,
  SetSlowMode,
  UnbanMember,
  UnlockDiscussion,
  UnmuteMember,
  UnpinMessage,
} from "../events.ts";
import { withField, without, withoutKey } from "../fields.ts";
import type { EventId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import type { DiscussionState, Sanction } from "../state.ts";
import { withMark } from "../message/expunged.ts";
import { person } from "../stays.ts";
import { stillWaiting } from "./pace.ts";

type ModerationDraft =
  | PinMessage
  | UnpinMessage
  | LockDiscussion
  | UnlockDiscussion
  | CloseDiscussion
  | ReopenDiscussion
  | MuteMember
  | UnmuteMember
  | BanMember
  | UnbanMember
  | RemoveFromDiscussion
  | SetSlowMode
  | FlagMessage
  | ResolveFlag
  | Expunge
  | DeleteMessage;

/** `state` is already at the event's seq. A flag that the event answers is no longer open. */
export function evolveModeration(state: DiscussionState, event: EventOf<ModerationDraft>): DiscussionState {
  const answered = "flag" in event.body && event.body.flag !== undefined ? withoutFlag(state, event.body.flag) : state;
  return changed(answered, event);
}

function changed(state: DiscussionState, event: EventOf<ModerationDraft>): DiscussionState {
  switch (event.type) {
    case "pin-message":
      return pinned(state, event);
    case "unpin-message":
      return withField(state, "pins", state.pins?.filter(({ message }) => message !== event.body.target));
    case "lock":
      return { ...state, locked: true };
    case "unlock":
      return without(state, "locked");
    case "close":
      return { ...state, closed: true };
    case "reopen":
      return { ...state, closed: false };
    case "mute-member":
      return { ...state, mutes: { ...state.mutes, [event.body.user]: sanction(event) } };
    case "unmute-member":
      return withField(state, "mutes", withoutKey(state.mutes, event.body.user));
    case "ban-member":
      return { ...state, bans: { ...state.bans, [event.body.user]: sanction(event) } };
    case "unban-member":
      return withField(state, "bans", withoutKey(state.bans, event.body.user));
    case "set-slow-mode":
      return slowed(state, event);
    case "flag-message":
      return flagged(state, event);
    case "expunge":
      return withField(state, "expunged", withMark(state.expunged, event));
    case "resolve-flag": // answered above
    case "remove-member":
    case "delete-message":
      return state;
    default:
      return unreachable(event);
  }
}

function withoutFlag(state: DiscussionState, id: EventId): DiscussionState {
  if (!state.flags?.some((flag) => flag.id === id)) return state;
  return withField(state, "flags", state.flags.filter((flag) => flag.id !== id));
}

function pinned(state: DiscussionState, { actor, at, body, decided }: EventOf<PinMessage>): DiscussionState {
  const pin = { message: body.target, messageSeq: targetSeqOf(decided), by: person(actor), at };
  return { ...state, pins: [...state.pins ?? [], pin] };
}

function targetSeqOf({ targetSeq }: Decided): Seq {
  assert(targetSeq !== undefined, "what has a target was decided with its seq");
  return targetSeq;
}

function sanction({ seq, body: { until } }: EventOf<MuteMember | BanMember>): Sanction {
  return { seq, ...(until !== undefined && { until }) };
}

function slowed(state: DiscussionState, { at, body: { seconds, until } }: EventOf<SetSlowMode>): DiscussionState {
  if (seconds === 0) return without(state, "slowMode", "lastSent");
  const slowMode = { seconds, ...(until !== undefined && { until }) };
  return withField({ ...state, slowMode }, "lastSent", stillWaiting(state, at));
}

function flagged(state: DiscussionState, event: EventOf<FlagMessage>): DiscussionState {
  const { id, seq, actor, at, body: { target, reason }, decided } = event;
  const { author } = decided;
  assert(author !== undefined, "a flag was decided with whose message it is on");
  const flag = {
    ...{ id, seq, message: target, messageSeq: targetSeqOf(decided), author, by: person(actor), at },
    ...(reason !== undefined && { reason }),
  };
  return { ...state, flags: [...state.flags ?? [], flag] };
}
