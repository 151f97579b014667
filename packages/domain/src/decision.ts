import type { Decided, Draft, LogEvent, Proposal } from "./events.ts";
import type { DiscussionId, EventId, GroupId, MessageId, UserId } from "./ids.ts";
import type { DomainLimits } from "./limits.ts";
import type { NotNowReason, Rejection } from "./outcome.ts";
import type { Seq, Sha256, UnixMs } from "./scalars.ts";
import type { GroupState, MessageState, StreamState, UserState } from "./state.ts";

/** A stream of another shard as it was read before the draft was queued (FACT1). */
export type Fact<T> = { kind: "known"; value: T } | { kind: "missing" } | { kind: "unavailable" };

/** What a decision needs to know of a user (FACT1): of one who is to be added, and of the actor who adds. */
export interface UserFact {
  seq: Seq;
  /** Their account was ended (USR4). */
  ended: boolean;
  /** Whom they block (BLK1). */
  blocks: ReadonlySet<UserId>;
}
/** What a user's state says of them to a decision. */
export function userFact({ seq, endedAt, blocks }: Pick<UserState, "seq" | "endedAt" | "blocks">): UserFact {
  return { seq, ended: endedAt !== undefined, blocks: new Set(blocks) };
}
/** The discussion that a new one goes on from, as it was read: its head then, and the seq of the message if the actor may see it (DISC3). */
export interface SourceFact {
  seq: Seq;
  messageSeq: Seq | null;
  group: GroupId;
}

/** What a decision needs and the stream does not hold. */
export interface Facts {
  at: UnixMs;
  limits: DomainLimits;
  /** The group that {@link Needs} asks for; left out counts as unavailable. */
  group?: Fact<GroupState>;
  /** Whoever is not in it counts as unavailable. */
  users: ReadonlyMap<UserId, Fact<UserFact>>;
  /** The actor, where {@link Needs} asks for them; left out counts as unavailable. */
  actor?: Fact<UserFact>;
  /** What {@link Needs} asks for; left out counts as unavailable. */
  source?: Fact<SourceFact>;
  /** Which of the attachments' blobs the server holds. */
  blobs: ReadonlySet<Sha256>;
}

/** The state that a decision is made on. `messages` holds those of `needs(draft).messages` that exist in this discussion. */
export interface Ground {
  stream: StreamState | null;
  messages: ReadonlyMap<MessageId, MessageState>;
}

export type Decision =
  | { kind: "accepted"; decided: Decided }
  | Rejection
  | { kind: "not-now"; reason: NotNowReason; limiter?: string; retryAfterMs?: number };

/** Whether a decision stands on the discussion's group in any case, or for rights held through it only: who moderates by their own role needs none. */
export type GroupNeed = "always" | "for-rights";

/** What must be read before `decide` can be asked about a draft. */
export interface Needs {
  /** Messages of the same stream. */
  messages: readonly MessageId[];
  /** A group that the draft names. */
  group?: GroupId;
  /** The group of the draft's own discussion, whose id is in that discussion's state. Effects of `system` do without it. */
  ownGroup?: GroupNeed;
  users: readonly UserId[];
  /** Whom the actor blocks. */
  actor?: true;
  /** The maker of an invite of the draft's own group, which is in that group's state: one of the users then. */
  inviterOf?: EventId;
  /** The message that a new discussion goes on from, and the discussion it is in. */
  source?: { discussion: DiscussionId; message: MessageId };
  blobs: readonly Sha256[];
}

/** How much of an event a viewer gets (VIS2). */
export type Visibility = "full" | "public" | "opaque";

export type Needed = (draft: Draft) => Needs;
export type Decide = (ground: Ground, proposal: Proposal, facts: Facts) => Decision;
export type Evolve = (state: StreamState | null, event: LogEvent) => StreamState;
/** Drafts for other streams, by the actor `system`, with derived ids; `state` is the one after the event. */
export type Effects = (event: LogEvent, state: StreamState) => readonly Draft[];
export type Visible = (event: LogEvent, viewer: UserId, state: StreamState) => Visibility;
