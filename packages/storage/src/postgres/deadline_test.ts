import { strict as assert } from "node:assert";
import { before, deadlineIn } from "./deadline.ts";
import { DeadlinePassed } from "./errors.ts";

function answerIn(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, "an answer"));
}

function keepBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** No answer ever. */
const silence = new Promise<never>(() => {});

Deno.test("[SHARD2] what does not come in time is not waited for", async () => {
  let passed = 0;
  await assert.rejects(before(deadlineIn(10), silence, () => passed++), DeadlinePassed);
  assert.equal(passed, 1);
});

Deno.test("[SHARD2] a thread that was busy does not take its own delay for a server that does not answer", async () => {
  // It would have come after the deadline's timer, and is there when the thread looks again.
  const answer = answerIn(20);
  const waited = before(deadlineIn(10), answer, () => assert.fail("it was there"));
  keepBusy(100);
  assert.equal(await waited, "an answer");
});

Deno.test("[SHARD2] a busy thread waits no longer than it was busy, and not for long", async () => {
  const waited = before(deadlineIn(10), silence);
  keepBusy(100);
  // Timers are told in the order in which they are due, however late that is.
  const late = answerIn(1_000);
  await assert.rejects(Promise.race([waited, late]), DeadlinePassed);
  await late;
});
