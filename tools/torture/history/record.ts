/** What a run writes down, one JSON object a line. Times are milliseconds since the run began, of one clock for all. @module */
import type { AppRecord } from "./app_record.ts";

/** A draft as it was offered. */
export interface OfferedDraft {
  readonly id: string;
  readonly type: string;
  /** Of the body (see `digestOf`). */
  readonly digest: string;
}

/** An outcome as the server said it. */
export type SaidOutcome =
  | { readonly kind: "accepted" | "duplicate"; readonly id: string; readonly seq: number; readonly at: number }
  | { readonly kind: "rejected"; readonly code: string }
  | { readonly kind: "not-now"; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: "unknown" };

/** An item of a feed, or of a page of the log, in short. */
export type NotedItem =
  | readonly [kind: "event", stream: string, seq: number, id: string, actor: string, at: number, digest: string]
  | readonly [kind: "opaque", stream: string, from: number, to: number]
  | readonly [kind: "joined", stream: string, visibleFrom: number, head: number]
  | readonly [kind: "behind", stream: string, head: number]
  | readonly [kind: "live", incarnation: string, heads: readonly Head[]]
  | readonly [kind: "beat", heads: readonly Head[]]
  | readonly [kind: "shard", shard: number, status: string]
  /** How far the device's user has read a discussion, by whichever of their devices (READ1). */
  | readonly [kind: "read", ...mark: Mark]
  | readonly [kind: "setting", rev: number]
  | readonly [kind: "signal", what: string, user: string];

/** Compared by epoch, then seq; `rev` numbers the changes of a user's shard. */
export type Mark = readonly [stream: string, epoch: number, seq: number, rev: number];

export type Head = readonly [stream: string, seq: number];

/** A discussion of somebody's list. */
export interface NotedRow {
  readonly stream: string;
  readonly head: number;
  /** Up to which seq they have read it; 0: they never marked it. Null: the list does not say. */
  readonly read: number | null;
  /** To 99. */
  readonly unread: number;
  readonly mentions: number;
  /** The newest message. */
  readonly preview: NotedMessage | null;
}

/** A message of a page. */
export interface NotedMessage {
  readonly id: string;
  readonly seq: number;
  readonly author: string;
  /** Null: deleted. */
  readonly text: string | null;
  readonly revision: number;
  readonly changedSeq: number;
  /** `emoji count mine`, in the order shown. */
  readonly reactions: readonly string[];
}

/** In the place of one by somebody whom the reader blocks (BLK1). */
export function blockedMessage(which: Pick<NotedMessage, "id" | "seq" | "author">): NotedMessage {
  return { ...which, text: null, revision: 0, changedSeq: 0, reactions: [] };
}

export type HistoryRecord =
  | AppRecord
  | { readonly k: "person"; readonly t: number; readonly user: string; readonly handle: string }
  | {
    readonly k: "offer";
    readonly t: number;
    readonly op: number;
    readonly user: string;
    readonly stream: string;
    readonly drafts: readonly OfferedDraft[];
  }
  | {
    readonly k: "answer";
    readonly t: number;
    readonly op: number;
    readonly incarnation: string;
    readonly outcomes: readonly SaidOutcome[];
  }
  /** No answer came. `sent` is false if the offer surely never left. */
  | { readonly k: "lost"; readonly t: number; readonly op: number; readonly why: string }
  /** The server answered with an error; nothing may have come of the offer. */
  | { readonly k: "failed"; readonly t: number; readonly op: number; readonly code: string }
  /** A device starts from a list: it holds each discussion up to its head. */
  | {
    readonly k: "device";
    readonly t: number;
    /** When the list was asked for. */
    readonly asked: number;
    readonly device: string;
    readonly user: string;
    readonly incarnation: string;
    readonly heads: readonly Head[];
  }
  | {
    readonly k: "receipt";
    readonly t: number;
    readonly device: string;
    /** Which of the device's sockets it came by; counts up. */
    readonly socket: number;
    readonly items: readonly NotedItem[];
  }
  /** The device is given up: it met another incarnation, or starts anew. */
  | { readonly k: "dropped"; readonly t: number; readonly device: string }
  | {
    readonly k: "log-page";
    readonly t: number;
    readonly asked: number;
    readonly user: string;
    readonly stream: string;
    readonly fromSeq: number;
    readonly limit: number;
    readonly incarnation: string;
    readonly asOf: number;
    readonly items: readonly NotedItem[];
  }
  | {
    readonly k: "message-page";
    readonly t: number;
    readonly asked: number;
    readonly user: string;
    readonly stream: string;
    /** Null: from the newest on. */
    readonly before: number | null;
    readonly limit: number;
    readonly incarnation: string;
    readonly asOf: number;
    readonly messages: readonly NotedMessage[];
  }
  /** After it no fault is made, everybody has ended, and effects have arrived: whoever was in a stream can read it. */
  | { readonly k: "calm"; readonly t: number }
  /** What did not come to its end, though nothing disturbed it. */
  | { readonly k: "unfinished"; readonly t: number; readonly what: string }
  /** The discussions that somebody is or was in, once it is calm: as the server lists them, or as an app of theirs shows them. */
  | {
    readonly k: "list";
    readonly t: number;
    readonly user: string;
    readonly app?: string;
    readonly rows: readonly NotedRow[];
  }
  /** A mark as it stood after somebody had moved it. */
  | {
    readonly k: "mark";
    readonly t: number;
    readonly user: string;
    readonly incarnation: string;
    readonly mark: Mark;
  }
  /** Whether a mark was moved is not known. */
  | { readonly k: "mark-lost"; readonly t: number; readonly user: string; readonly stream: string }
  /** Somebody asked for the direct group of themselves and another. */
  | {
    readonly k: "direct";
    readonly t: number;
    readonly user: string;
    readonly other: string;
    readonly group: string;
    readonly incarnation: string;
  }
  /** A read that was refused. */
  | { readonly k: "unread"; readonly t: number; readonly user: string; readonly what: string; readonly code: string }
  /** All that was acked before `kept` is in the copy that was then promoted, and lives on as `incarnation`. */
  | { readonly k: "promoted"; readonly t: number; readonly kept: number; readonly incarnation: string }
  | { readonly k: "fault"; readonly t: number; readonly name: string; readonly phase: "begins" | "ends" }
  /** A server that had served ended by itself. */
  | { readonly k: "death"; readonly t: number; readonly what: string }
  /** A server that did not end when it was told to. */
  | { readonly k: "hung"; readonly t: number; readonly what: string }
  /** From here on nothing was disturbed, and the devices and apps named are those that go on to the end. */
  | {
    readonly k: "settled";
    readonly t: number;
    readonly devices: readonly string[];
    readonly apps?: readonly string[];
  };

/** Ways to tell the kinds apart by name. */
export type RecordOf<K extends HistoryRecord["k"]> = Extract<HistoryRecord, { readonly k: K }>;
