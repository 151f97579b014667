/** Real time, also for tests that put a clock of their own in its place later. */
const { setTimeout, clearTimeout } = globalThis;

/** What is awaited; or, after that time, a failure that tells what is known so far. */
export async function inTime<T>(
  awaited: Promise<T>,
  soFar: () => string,
  { withinMs = 60_000 }: { withinMs?: number } = {},
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  // Not waited for: of a test that nothing can end any more, Deno says so at once.
  const timer = setTimeout(() => reject(new Error(`not within ${withinMs / 1000} s: ${soFar()}`)), withinMs).unref();
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}
