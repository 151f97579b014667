/** Not among the pure tests, which are to be quick and the same each time. */
import { needsPermission } from "@gatz/testing/permission.ts";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { assertWhole } from "./assert_whole.ts";
import { simulate } from "./simulate.ts";

const FRESH_MS = 10_000;

async function hashElsewhere(seed: number): Promise<string> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const args = ["run", "-P", main, "--histories", "1", "--seed", String(seed), "--hashes"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return new TextDecoder().decode(stdout).split("\n")[0] ?? "";
}

if (await needsPermission(import.meta.url, { name: "run" })) {
  Deno.test("a seed is the same history in another process", async () => {
    assert.equal(await hashElsewhere(4), `4 ${(await simulate(4)).trace}`);
  });

  Deno.test("[LOG1] [LOG2] [LOG4] [LIVE3] [SHARD3] fresh runs with every fault keep all laws", async () => {
    const first = Math.floor(Math.random() * 2 ** 31);
    const until = performance.now() + FRESH_MS;
    let seed = first;
    for (; performance.now() < until; seed++) assertWhole(await simulate(seed));
    console.log(`${seed - first} histories from seed ${first}`);
  });
}
