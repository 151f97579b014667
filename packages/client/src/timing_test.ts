import assert from "node:assert/strict";
import { backOff, systemTiming } from "./timing.ts";

Deno.test("[LIVE1] delays lie anywhere between nothing and a most that doubles up to the last one", () => {
  const delays = (chance: number) =>
    [0, 1, 2, 3, 50].map((attempt) => backOff(attempt, { firstMs: 100, lastMs: 500, random: () => chance }));
  assert.deepEqual(delays(0), [0, 0, 0, 0, 0]);
  assert.deepEqual(delays(1), [100, 200, 400, 500, 500]);
});

Deno.test("[LIVE1] a closed client waits for nothing: an abort ends a wait, and none begins after it", async () => {
  const closing = new AbortController();
  const waits = [systemTiming.wait(60_000, closing.signal)];
  closing.abort();
  waits.push(systemTiming.wait(60_000, closing.signal));
  await Promise.all(waits);
});
