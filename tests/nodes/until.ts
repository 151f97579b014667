import { strict as assert } from "node:assert";

const PATIENCE_MS = 20_000;

/** Asks again and again until it holds; fails if it does not in time. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!await holds()) {
    if (performance.now() > end) assert.fail(`it did not come about in ${patienceMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
