import { strict as assert } from "node:assert";
import { untilOver } from "./until_over.ts";

async function* three() {
  yield* [1, 2, 3];
}

async function* failingLater() {
  yield 1;
  throw new Error("no");
}

Deno.test("a subscription is over once: at its end, when it fails, when it is left, and when it never began", async () => {
  let over = 0;
  const count = () => void over++;
  const seen: number[] = [];
  for await (const n of untilOver(three(), count)) {
    assert.equal(over, 0);
    seen.push(n);
  }
  assert.deepEqual([seen, over], [[1, 2, 3], 1]);

  for await (const _ of untilOver(three(), count)) break;
  assert.equal(over, 2);

  await untilOver(three(), count).return?.();
  assert.equal(over, 3);

  const failing = untilOver(failingLater(), count);
  await failing.next();
  await assert.rejects(failing.next(), /no/);
  await failing.return?.();
  assert.equal(over, 4);
});
