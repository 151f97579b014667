import { ALL_DEFAULT_LIMITS, type Limits } from "../../apps/server/src/limits.ts";

/** Small numbers, so that a short history meets every bound. */
export const LIMITS: Limits = {
  ...ALL_DEFAULT_LIMITS,
  // A run of effects has up to 100, and must find room.
  queueDrafts: 100,
  queueBytes: 60_000,
  cacheStreams: 6,
  cacheMessages: 6,
  flushDeadlineMs: 700,
  readDeadlineMs: 300,
  callDeadlineMs: 1_200,
  ownStreamMs: 200,
  backfillPerStream: 8,
  backfillTotal: 25,
  ringEvents: 6,
  feedQueueEvents: 10,
  feedQueueBytes: 6_000,
  feedSignals: 10,
  frameEvents: 4,
  beatMs: 2_000,
  cursorMs: 20,
};
