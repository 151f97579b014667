import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

Deno.test("turns run so many jobs at once, and all of them", async () => {
  const turns = new Turns(3, new AbortController());
  let running = 0;
  let most = 0;
  const results = await turns.all(Array.from({ length: 20 }, (_, i) => i), async (i) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return 2 * i;
  });
  assert.equal(most, 3);
  assert.deepEqual(results, Array.from({ length: 20 }, (_, i) => 2 * i));
});

Deno.test("after a failure no job begins, those that run end, and the failure is thrown", async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const ended: number[] = [];
  const failing = new Turns(2, stop).all([0, 1, 2, 3, 4], async (i) => {
    begun.push(i);
    await Promise.resolve();
    if (i === 0) throw new Error("the first");
    await Promise.resolve();
    ended.push(i);
  });
  await assert.rejects(failing, /the first/);
  assert.deepEqual([begun, ended], [[0, 1], [1]]);
  assert.equal(stop.signal.aborted, true);
});
