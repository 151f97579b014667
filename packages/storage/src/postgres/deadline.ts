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

/**
 * The promise's outcome, or `DeadlinePassed` if that comes first; then `onPassed` is called, and what the promise comes to later is dropped.
 */
export async function before<T>(deadline: Deadline, promise: Promise<T>, onPassed: () => void = () => {}): Promise<T> {
  const passed = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    passed.reject(new DeadlinePassed("the deadline passed"));
    onPassed();
  }, timeLeft(deadline));
  try {
    return await Promise.race([promise, passed.promise]);
  } finally {
    clearTimeout(timer);
  }
}
