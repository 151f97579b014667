import { strict as assert } from "node:assert";
import { without } from "./settle.ts";

Deno.test("what does not end in time is named, and what fails is not taken for an end", async () => {
  const ended = Promise.resolve();
  const never = new Promise<void>(() => {});
  assert.deepEqual(await without([ended, ended], 60_000), []);
  assert.deepEqual(await without([ended, never, ended], 20), [1]);
  await assert.rejects(without([never, Promise.reject(new Error("broken"))], 60_000), /broken/);
});
