/** When to ask again: what a client does with time and chance, passed in so that tests decide them. @module */

export interface Timing {
  /** Unix milliseconds. */
  now(): number;
  /** Comes back after so many milliseconds, or as soon as the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** How long to wait after the n-th failure in a row, counted from 0; in milliseconds. */
  retryDelayMs(attempt: number): number;
}

export interface BackOff {
  readonly firstMs: number;
  readonly lastMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Anywhere below a most that doubles up to the last (full jitter): of many clients that lost a server at once no two come back in step. */
export function backOff(attempt: number, { firstMs, lastMs, random }: BackOff): number {
  return Math.min(lastMs, firstMs * 2 ** attempt) * random();
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

export const systemTiming: Timing = {
  now: Date.now,
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, signal.aborted ? 0 : ms);
      signal.addEventListener("abort", done);
    }),
  retryDelayMs: (attempt) => backOff(attempt, { firstMs: FIRST_RETRY_MS, lastMs: LAST_RETRY_MS, random: Math.random }),
};
