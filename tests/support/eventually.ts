/** For what becomes so by itself. @module */
import { strict as assert } from "node:assert";

const PAUSE_MS = 50;

/** Asks again until the answer is as it should be, and returns it. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (found: T) => boolean,
  { withinMs = 15_000 }: { withinMs?: number } = {},
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (holds(found)) return found;
    if (performance.now() > until) assert.fail(`still ${JSON.stringify(found)} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Asks again until it holds; fails if it does not in time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { withinMs = 20_000 }: { withinMs?: number } = {},
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!await holds()) {
    if (performance.now() > end) assert.fail(`it did not come about in ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
