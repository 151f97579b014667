import assert from "node:assert/strict";
import { deadlineIn } from "./deadline.ts";
import { DeadlinePassed, ServerUnreachable } from "./errors.ts";
import { Semaphore } from "./semaphore.ts";

Deno.test("[SHARD2] so many work, so many wait, and more are refused at once", async () => {
  const semaphore = new Semaphore({ places: 2, waiting: 3 });
  const end = Promise.withResolvers<string>();
  const enter = (deadlineMs = 5_000) => semaphore.run(() => end.promise, deadlineIn(deadlineMs));
  const ends = [enter(), enter(), enter(), enter()];
  await assert.rejects(enter(10), DeadlinePassed);
  ends.push(enter());
  await assert.rejects(enter(), ServerUnreachable);
  end.resolve("done");
  assert.deepEqual(await Promise.all(ends), Array(5).fill("done"));
  assert.equal(await enter(), "done", "there is room again");
});
