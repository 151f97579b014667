import assert from "node:assert/strict";
import { assertWhole } from "./assert_whole.ts";
import { SEEDS } from "./seeds.ts";
import { simulate } from "./simulate.ts";

Deno.test("a seed is a history: the same again, and another than the next one's", async () => {
  const [one, two] = [await simulate(4), await simulate(4)];
  assert.equal(one.trace, two.trace);
  assert.notEqual((await simulate(5)).trace, one.trace);
});

Deno.test("[LOG1] [LOG2] [LOG4] [LIVE3] [SHARD3] runs that once broke a law keep them all", async (t) => {
  for (const { seed, found } of SEEDS) await t.step(`${seed}: ${found}`, async () => assertWhole(await simulate(seed)));
});
