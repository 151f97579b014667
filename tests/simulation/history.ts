/** What happened in one run, as plain data: all that the laws are judged by. It knows nothing of gatz. */
import type { PlainEvent } from "../../tools/oracle/event.ts";
import type { AppRecord } from "../../tools/torture/history/app_record.ts";
import type { RecordOf } from "../../tools/torture/history/record.ts";

export interface PlainOutcome {
  readonly kind: "accepted" | "duplicate" | "rejected" | "not-now" | "unknown";
  readonly id?: string;
  readonly seq?: number;
  readonly at?: number;
  readonly code?: string;
}

export interface PlainDraft {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly body: PlainEvent["body"];
}

/** Some drafts of one stream, offered once. Times are milliseconds of the run. */
export interface Offer {
  readonly user: string;
  /** By packages/client, and not by hand. */
  readonly isByApp: boolean;
  readonly node: string;
  readonly drafts: readonly PlainDraft[];
  readonly at: number;
  /** When it came to the node, and when that had its outcomes; null: it did not. */
  arrivedAt: number | null;
  settledAt: number | null;
  /** When the one who offered heard of them. */
  answeredAt: number | null;
  /** Null: the connection was lost, or the run ended, before an answer came. */
  outcomes: readonly PlainOutcome[] | null;
}

/** How far somebody has read a discussion. */
export interface PlainMark {
  readonly discussion: string;
  readonly epoch: number;
  readonly seq: number;
  readonly rev: number;
}

/** A mark that was asked for once. */
export interface MarkCall {
  readonly user: string;
  readonly discussion: string;
  readonly seq: number;
  readonly isUnread: boolean;
  /** The mark that then stood; null: no answer came, or none that says. */
  answer: PlainMark | null;
}

export type PlainItem =
  | { readonly type: "event"; readonly event: PlainEvent }
  | { readonly type: "opaque"; readonly stream: string; readonly from: number; readonly to: number }
  | { readonly type: "joined"; readonly stream: string; readonly visibleFrom: number; readonly head: number }
  | { readonly type: "behind"; readonly stream: string; readonly head: number }
  | { readonly type: "live" | "beat"; readonly heads: readonly { readonly stream: string; readonly seq: number }[] }
  | { readonly type: "shard"; readonly shard: number; readonly status: string }
  | { readonly type: "read" } & PlainMark
  | { readonly type: "signal" };

/** One feed of one user, until it ended. */
export interface Session {
  readonly user: string;
  readonly node: string;
  /** Whether it went on from a cursor, and what was held of each stream when it began. */
  readonly resumed: boolean;
  readonly held: ReadonlyMap<string, number>;
  readonly items: { readonly at: number; readonly item: PlainItem }[];
  /** Frames, by how many items they had. */
  readonly frames: number[];
}

/** What a user's device holds at the end: of each stream the events that it has, and up to where it knows everything. */
export interface Device {
  readonly user: string;
  readonly streams: ReadonlyMap<string, { readonly head: number; readonly events: ReadonlyMap<number, PlainEvent> }>;
  /** By discussion. */
  readonly marks: ReadonlyMap<string, PlainMark>;
}

export interface PlainEffect {
  readonly id: string;
  readonly stream: string;
  /** The event that it is an effect of. */
  readonly position: number;
  readonly ordinal: number;
  readonly target: number;
  readonly isWaiting: boolean;
  readonly code: string | null;
}

export interface ShardRecord {
  readonly shard: number;
  /** In the order of their positions. */
  readonly log: readonly PlainEvent[];
  readonly positions: readonly number[];
  /** When each was committed, in milliseconds of the run. */
  readonly committedAt: readonly number[];
  readonly effects: readonly PlainEffect[];
  /** The marks of the users who live there, as they stand. */
  readonly reads: readonly (PlainMark & { readonly user: string })[];
}

/** What is stored of a stream at the end: of each kind, what it has. */
export interface StateRecord {
  readonly id: string;
  readonly kind: "user" | "group" | "discussion";
  readonly seq: number;
  readonly name: string;
  readonly owner?: string | null;
  /** By user, their stays. */
  readonly members?: Readonly<Record<string, readonly { readonly role: string; readonly left?: number }[]>>;
  readonly archived?: true;
  readonly invites?: readonly { readonly id: string }[];
  readonly closed?: boolean;
  readonly locked?: true;
  readonly curatedBy?: string;
  readonly slowMode?: { readonly seconds: number };
  readonly mutes?: Readonly<Record<string, unknown>>;
  readonly bans?: Readonly<Record<string, unknown>>;
  readonly pins?: readonly { readonly message: string }[];
  readonly flags?: readonly { readonly id: string }[];
  readonly expunged?: Readonly<Record<string, readonly { readonly upToSeq: number }[]>>;
  readonly handle?: string;
  readonly blocks?: readonly string[];
  readonly endedAt?: number;
}

export interface History {
  readonly offers: Offer[];
  readonly marks: MarkCall[];
  readonly sessions: Session[];
  devices: readonly Device[];
  /** What apps are asked for, say and show, in the words of torture. `calm`: from there on nobody does anything any more. */
  readonly apps: (AppRecord | RecordOf<"list"> | RecordOf<"calm">)[];
  /** The processes of apps that went on to the end. */
  appsAtEnd: readonly string[];
  shards: readonly ShardRecord[];
  states: readonly StateRecord[];
  /** What was seen to be wrong while it happened. */
  readonly breaches: string[];
  /** When it was over. */
  endedAt: number;
  /** Items of a frame, at most. */
  readonly frameItems: number;
  /**
   * Milliseconds in which a node must answer an offer. An app's may wait besides: before, for its user's account, which it goes without
   * then; and since it shows its user what they did, after, for their stream.
   */
  readonly deadlineMs: number;
  readonly accountMs: number;
  readonly ownStreamMs: number;
}
