import { strict as assert } from "node:assert";
import { before, deadlineIn } from "./deadline.ts";
import { DeadlinePassed } from "./errors.ts";

function answerIn(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, "an answer"));
}

function keepBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

Deno.test("[SHARD2] what does not come in time is not waited for", async () => {
  const answer = answerIn(1_000);
  let passed = 0;
  await assert.rejects(before(deadlineIn(10), answer, () => passed++), DeadlinePassed);
  assert.equal(passed, 1);
  await answer;
});

Deno.test("[SHARD2] a thread that was busy does not take its own delay for a server that does not answer", async () => {
  // It would have come after the deadline's timer, and is there when the thread looks again.
  const answer = answerIn(20);
  const waited = before(deadlineIn(10), answer, () => assert.fail("it was there"));
  keepBusy(100);
  assert.equal(await waited, "an answer");
});

Deno.test("[SHARD2] a busy thread waits no longer than it was busy", async () => {
  const answer = answerIn(1_000);
  const waited = before(deadlineIn(10), answer);
  keepBusy(100);
  const start = performance.now();
  await assert.rejects(waited, DeadlinePassed);
  assert.ok(performance.now() - start < 500);
  await answer;
});
