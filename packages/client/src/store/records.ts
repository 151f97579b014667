/** What is in the tables of a store. @module */
import type {
  Ack,
  AnyEventId,
  DiscussionId,
  DomainLimits,
  Draft,
  Incarnation,
  NotifyLevel,
  ReadMark,
  Rejection,
  Rev,
  Seq,
  ShardNumber,
  StreamId,
  StreamState,
  UnixMs,
  UserId,
} from "@gatz/domain";
import type { ListedDiscussion, ListedGroup, LogItem, PersonFound } from "../server/contract.ts";

/** `meta`, key `self`: whose store it is. Survives a new incarnation. */
export interface SelfRecord {
  readonly user: UserId;
  readonly home: ShardNumber;
  readonly limits: DomainLimits;
}
/**
 * Raised when tables, or what is in them, change their form or meaning. Every store that outlives its program keeps it as its own version, and
 * looks at it when it is opened: what an older program has stored goes, but for drafts and whose they are ({@link CLEARED}), whose form stays
 * readable for ever; what a newer one has stored is left as it is, and refused.
 */
export const STORE_FORMAT = 2;

/** `meta`, key `life`: which life of the installation everything is of that another one makes worthless (LOG9). */
export interface LifeRecord {
  readonly life: Incarnation;
}

/** `meta`, key `turn`: somebody offers, or went without having heard what came of all that they offered. */
export interface TurnRecord {
  /** Unix milliseconds of this machine. */
  readonly begunAt: number;
}

/** `meta`, key `place`: how far the feed has been taken. Everything else that is stored is at least as new. */
export interface PlaceRecord {
  readonly incarnation: Incarnation;
  readonly cursor: string;
}

/** `streams`, key: the stream's id; rank: head. A part of its log is in `events`. */
export interface StreamRecord {
  /** The first and last seq of the stored part, without gaps. */
  readonly from: Seq;
  readonly head: Seq;
  /** The newest seq that is known to be there: what lies between is still to be read. */
  readonly known: Seq;
  /** The viewer's form of the state at a seq from `from - 1` to `head`; null: it has to be asked for. */
  readonly base: StreamState | null;
  readonly foldVersion: number;
  /** When it was last looked at, for what leaves the store first; Unix milliseconds of this machine. */
  readonly openedAt: number;
}

/** `events`, key: {@link eventKey}; a `LogItem` (an event, or a range that is not to be seen) by its first seq. */
export const eventKey = (stream: StreamId, seq: Seq | number): string => `${stream} ${String(seq).padStart(10, "0")}`;
/** The range of a stream's events. */
export const eventsOf = (stream: StreamId) => ({ from: `${stream} `, to: `${stream}!` }); // "!" follows " "

/** `drafts`, key by `append`: their order is that of the drafts. */
export interface DraftRecord {
  readonly draft: Draft;
  /** When it was made; Unix milliseconds of this machine. */
  readonly madeAt: number;
  /** Drafts of these streams that were stored before it have to be in the log first: it would be judged by what they do. */
  readonly after?: readonly StreamId[];
  /** Set once it is in the log; it is kept until its event is stored too, for another life of the installation (LOG9). */
  readonly acked?: { readonly seq: Seq; readonly at: UnixMs; readonly incarnation: Incarnation };
}

/** `outcomes`, key: the draft's id. What became of a draft that another tab offered than the one that made it, which may still wait for it. */
export interface OutcomeRecord {
  readonly outcome: Ack | Rejection;
  /** Unix milliseconds of this machine. */
  readonly settledAt: number;
}

/** `refused`, key by `append`: drafts taken back, until somebody has been told. */
export interface RefusedRecord {
  readonly draft: Draft;
  readonly rejection: Rejection;
  readonly refusedAt: number;
}

/** `marks`, key: discussion; rank: the newest rev that was told of when it was written. What the server is known to hold; what it has yet to be told is the outbox's. */
export interface MarkRecord {
  /** Absent, as the other: nothing was told of it. */
  readonly read?: ReadMark & { readonly rev: Rev };
  readonly setting?: { readonly notify: NotifyLevel; readonly rev: Rev };
}

/**
 * `wishes`, key by `append`: what the server has yet to be told of marks and settings. Of a discussion's marks the greatest counts (READ1), of its
 * settings the last. `unread`: the mark's epoch is new; `read`: it is the server's.
 */
export type WishRecord =
  | { readonly type: "read" | "unread"; readonly discussion: DiscussionId; readonly mark: ReadMark }
  | { readonly type: "setting"; readonly discussion: DiscussionId; readonly notify: NotifyLevel };

/** A refused or pending draft's id. */
export type DraftId = AnyEventId;

/** `meta`, key `blocks`; rank: seq. Whom the user blocks, as of a seq of their own stream (BLK1). */
export interface BlocksRecord {
  readonly seq: Seq;
  /** The newest seq of it that is known to be there. */
  readonly known: Seq;
  readonly users: readonly UserId[];
}

/** `meta`, keys `discussions` and `groups`: whether the list was read to its end once; what came later the feed has told. */
export interface ListRecord {
  readonly isWhole: boolean;
}

/** One row of a list, as it is held. */
export interface HeldRecord<Row> {
  /** What the server said, or would have said, at the row's head; null: it has yet to be asked for. */
  readonly row: Row | null;
  /** The newest seq that is known to be there: a row with an older head is to be asked for. */
  readonly known: Seq;
  /** Something without a seq has changed it (a mark, a block): it is to be asked for. */
  readonly isStale: boolean;
}

/** `rows`, key: the discussion's id; rank: the row's head, 0 without a row. */
export type RowRecord = HeldRecord<ListedDiscussion>;

/** `groups`, key: the group's id; rank: the row's seq, 0 without a row. */
export type GroupRecord = HeldRecord<ListedGroup>;

/** `people`, key: the user's id; rank: `asOf`. */
export interface PersonRecord {
  readonly person: PersonFound;
  /** When the server was asked; Unix milliseconds of this machine. */
  readonly askedAt: number;
}

/** What the tables hold. */
export interface Records {
  readonly meta: SelfRecord | LifeRecord | TurnRecord | PlaceRecord | BlocksRecord | ListRecord;
  readonly rows: RowRecord;
  readonly groups: GroupRecord;
  readonly people: PersonRecord;
  readonly streams: StreamRecord;
  readonly events: LogItem;
  readonly drafts: DraftRecord;
  readonly outcomes: OutcomeRecord;
  readonly refused: RefusedRecord;
  readonly marks: MarkRecord;
  readonly wishes: WishRecord;
}
