import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SEEDS } from "./seeds.ts";
import { type Run, simulate } from "./simulate.ts";

const FRESH_MS = 10_000;

function assertWhole({ seed, problems }: Run): void {
  const again = `deno run -P tests/simulation/main.ts --seed ${seed} --trace`;
  assert.deepEqual(problems.slice(0, 5), [], `seed ${seed} broke ${problems.length} laws; see ${again}`);
}

async function hashElsewhere(seed: number): Promise<string> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const args = ["run", "-P", main, "--histories", "1", "--seed", String(seed), "--hashes"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return new TextDecoder().decode(stdout).split("\n")[0] ?? "";
}

Deno.test("a seed is a history: the same again, and another than the next one's", async () => {
  const [one, two] = [await simulate(4), await simulate(4)];
  assert.equal(one.trace, two.trace);
  assert.notEqual((await simulate(5)).trace, one.trace);
});

Deno.test("[LOG1] [LOG2] [LOG4] [LIVE3] [SHARD3] runs that once broke a law keep them all", async (t) => {
  for (const { seed, found } of SEEDS) await t.step(`${seed}: ${found}`, async () => assertWhole(await simulate(seed)));
});

if (await needsLoopback(import.meta.url)) {
  Deno.test("a seed is the same history in another process", async () => {
    assert.equal(await hashElsewhere(4), `4 ${(await simulate(4)).trace}`);
  });

  // Not among the pure tests, which are to be quick.
  Deno.test("[LOG1] [LOG2] [LOG4] [LIVE3] [SHARD3] fresh runs with every fault keep all laws", async () => {
    const first = Math.floor(Math.random() * 2 ** 31);
    const until = performance.now() + FRESH_MS;
    let seed = first;
    for (; performance.now() < until; seed++) assertWhole(await simulate(seed));
    console.log(`${seed - first} histories from seed ${first}`);
  });
}
