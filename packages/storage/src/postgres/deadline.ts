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
