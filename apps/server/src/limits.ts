/** Every number that bounds something, in one table; `GATZ_LIMITS` changes any of them. @module */
import { DEFAULT_LIMITS, type DomainLimits } from "@gatz/domain";
import { DEFAULT_STORAGE_LIMITS, type StorageLimits } from "@gatz/storage/contract";

/** What the API and the feeds are bound by. */
export interface ServerLimits {
  /** Bytes of one inbound WebSocket message; a larger one ends its connection. */
  frameBytes: number;
  /** Bytes of one HTTP request's body. */
  bodyBytes: number;
  /** Calls in one HTTP or WebSocket batch. */
  batchCalls: number;
  /** Nesting of one JSON input. */
  jsonDepth: number;
  /** Milliseconds after which a call is answered, with not-now or unknown if need be. */
  callDeadlineMs: number;
  /** Events, and bytes of events, that wait for one feed before it drops to `behind` (LIVE5). */
  feedQueueEvents: number;
  feedQueueBytes: number;
  /** Bytes that may wait in one socket before a feed pauses. */
  socketBytes: number;
  /** Milliseconds after which a reader that takes nothing of what waits in its socket is given up (LIVE5). */
  stuckReaderMs: number;
  /** Events of one frame. */
  frameEvents: number;
  /** Milliseconds between beats (LIVE4). */
  beatMs: number;
  /** Milliseconds in which a cursor changes at most once (LIVE1). */
  cursorMs: number;
  /** Milliseconds that a log-in token is good for. */
  tokenMs: number;
  /** Milliseconds that open work gets to finish when the server stops. */
  drainMs: number;
}

export type Limits = DomainLimits & StorageLimits & ServerLimits;

export const DEFAULT_SERVER_LIMITS: Readonly<ServerLimits> = Object.freeze({
  frameBytes: 64 * 1024,
  bodyBytes: 256 * 1024,
  batchCalls: 50,
  jsonDepth: 16,
  callDeadlineMs: 10_000,
  feedQueueEvents: 2_000,
  feedQueueBytes: 512 * 1024,
  socketBytes: 512 * 1024,
  stuckReaderMs: 30_000,
  frameEvents: 64,
  beatMs: 15_000,
  cursorMs: 1_000,
  tokenMs: 12 * 60 * 60 * 1000,
  drainMs: 5_000,
});

export const ALL_DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  ...DEFAULT_LIMITS,
  ...DEFAULT_STORAGE_LIMITS,
  ...DEFAULT_SERVER_LIMITS,
});

export function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(ALL_DEFAULT_LIMITS, name);
}
