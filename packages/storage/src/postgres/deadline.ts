import { DeadlinePassed } from "./errors.ts";

/** A moment on this process's monotonic clock, in milliseconds. */
export interface Deadline {
  readonly at: number;
}

export function deadlineIn(ms: number): Deadline {
  return { at: performance.now() + ms };
}

/** Milliseconds left, at least 0. */
export function timeLeft(deadline: Deadline): number {
  return Math.max(0, deadline.at - performance.now());
}

/** Whether the promise resolved in time; a rejection passes on. The promise itself goes on. */
export async function isDoneIn(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(late.resolve, ms, false);
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A timer that is later than this says that this thread was busy, not that nobody answered. */
const ON_TIME_MS = 20;
/** How long answers that came meanwhile may take to be read. */
const MOST_GRACE_MS = 500;

/**
 * The promise's outcome, or `DeadlinePassed` if that comes first; then `onPassed` is called, and what the promise comes to later is dropped.
 * After this thread was too busy to look, an answer that may have come in time is waited for as long as the timer was late (at most half a second):
 * else a busy moment would be taken for a server that does not answer.
 */
export async function before<T>(deadline: Deadline, promise: Promise<T>, onPassed: () => void = () => {}): Promise<T> {
  const passed = Promise.withResolvers<never>();
  const end = () => {
    passed.reject(new DeadlinePassed("the deadline passed"));
    onPassed();
  };
  let timer = setTimeout(() => {
    const lateMs = performance.now() - deadline.at;
    if (lateMs < ON_TIME_MS) end();
    else timer = setTimeout(end, Math.min(lateMs, MOST_GRACE_MS));
  }, timeLeft(deadline));
  try {
    return await Promise.race([promise, passed.promise]);
  } finally {
    clearTimeout(timer);
  }
}
