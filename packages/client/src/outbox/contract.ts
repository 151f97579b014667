/** What an outbox is asked for, and what it answers. @module */
import type {
  Ack,
  DiscussionId,
  Draft,
  Incarnation,
  NotifyLevel,
  ReadMark,
  Rejection,
  Seq,
  StreamId,
} from "@gatz/domain";
import type { MarkWish } from "../list/contract.ts";
import type { Observable } from "../observable.ts";
import type { DraftId, DraftRecord, RefusedRecord } from "../store/records.ts";

/** A draft that waits to be offered, or was accepted and has not arrived yet. */
export interface PendingDraft extends DraftRecord {
  /** Its place in the store; null while it is being written. */
  readonly key: string | null;
}

/**
 * What is not in the log as far as that has arrived, by stream, in the order in which it was made. A draft's event may arrive before its
 * ack: whoever shows both tells by the id.
 */
export type Pending = ReadonlyMap<StreamId, readonly PendingDraft[]>;
export type Wishes = ReadonlyMap<DiscussionId, MarkWish>;

/** It outlives the end of the program. */
export interface Kept {
  readonly kind: "kept";
}

/**
 * Nothing was changed, and nothing will be offered. `TooMany`: so many drafts wait already; `TooLarge`: no server takes a call of this
 * size; `StoreFailed`: what keeps the store refuses.
 */
export interface NotKept {
  readonly kind: "not-kept";
  readonly reason: "TooMany" | "TooLarge" | "StoreFailed" | "Closed";
}

/**
 * Nobody here can say. The outbox was closed first: the draft is kept, and goes on with the next one. Or this tab slept for more than a week after
 * another had offered the draft.
 */
export interface Unsettled {
  readonly kind: "unsettled";
}

/** How a draft ended (LOG4), or that nobody here can say. */
export type Settled = Ack | Rejection | NotKept | Unsettled;

/** One draft on its way. Its promises never reject. */
export interface Offer {
  readonly id: DraftId;
  readonly stored: Promise<Kept | NotKept>;
  /** Told once it is known for good and written down (LOG4). */
  readonly outcome: Promise<Settled>;
}

/** How far the user wants to have read: `read` everything up to the seq, or `unread` everything after it (READ1). */
export interface WantedMark {
  readonly type: "read" | "unread";
  readonly discussion: DiscussionId;
  readonly seq: Seq;
}

/** All tabs of a store have one of their own; one of those that are connected offers for all. */
export interface Outbox {
  readonly pending: Observable<Pending>;
  /** What was taken back, until it is dismissed; oldest first. Each once, in all tabs. */
  readonly refused: Observable<readonly RefusedRecord[]>;
  /** What the server has yet to be told of marks and settings. */
  readonly wishes: Observable<Wishes>;
  /** Shows at once, is written, and then offered until it has its outcome, in the order of the calls (LOG4). */
  add(draft: Draft): Offer;
  /** Several of one stream, written all or none; offered in one bundle if they fit into one. */
  addBundle(drafts: readonly Draft[]): readonly Offer[];
  dismiss(id: DraftId): Promise<Kept | NotKept>;
  /** `held`: the mark that is known to stand. */
  mark(wanted: WantedMark, held: ReadMark): Promise<Kept | NotKept>;
  notify(discussion: DiscussionId, level: NotifyLevel): Promise<Kept | NotKept>;
  /** The stream's events are held, or were seen, up to here: what is in the log up to there is pending no more. */
  arrived(stream: StreamId, seq: Seq): void;
  /**
   * The feed has brought all that was in the log a moment ago. Of streams of which nothing is kept it may have brought a draft's event before
   * this client was started: what was accepted there is pending no more.
   */
  caughtUp(isKept: (stream: StreamId) => boolean): void;
  /** Which life of the installation is talked to. In another one all that is pending is offered again, with the same ids (LOG9). */
  incarnation(incarnation: Incarnation): void;
  connected(connected: boolean): void;
  /** Waits for what is being written. What is pending stays in the store. */
  close(): Promise<void>;
}

export interface OutboxLimits {
  /** Drafts that are pending. */
  readonly pending: number;
  /** Drafts that were taken back and are not dismissed; beyond that the oldest go. */
  readonly refused: number;
  /** Drafts of a bundle. */
  readonly bundleDrafts: number;
  /** Bytes of a bundle, as UTF-8 of its JSON. */
  readonly bundleBytes: number;
}

/** A server takes bundles of 100 drafts, and frames of 64 KiB: what a call is wrapped in has to fit too. */
export const OUTBOX_LIMITS: OutboxLimits = {
  pending: 10_000,
  refused: 1_000,
  bundleDrafts: 100,
  bundleBytes: 60 * 1024,
};

/** The lock under which drafts are offered and wishes told. */
export const OUTBOX_LOCK = "outbox";

export const KEPT: Kept = { kind: "kept" };
export const notKept = (reason: NotKept["reason"]): NotKept => ({ kind: "not-kept", reason });
