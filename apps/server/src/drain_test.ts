import { strict as assert } from "node:assert";
import { Drain } from "./drain.ts";

Deno.test("[LOG4] a stopping server waits for what runs, and not for ever", async () => {
  const drain = new Drain();
  const slow = Promise.withResolvers<string>();
  const running = drain.run(() => slow.promise);
  const failing = drain.run(() => Promise.reject(new Error("no"))).catch((error: Error) => error.message);
  drain.begin();
  assert.equal(await failing, "no");
  assert.equal(await drain.finished(5), false);
  slow.resolve("done");
  assert.equal(await drain.finished(1_000), true);
  assert.equal(await running, "done");
});

Deno.test("[LOG4] with nothing to wait for, it does not wait", async () => {
  const drain = new Drain();
  drain.begin();
  assert.equal(await drain.finished(0), true);
});
