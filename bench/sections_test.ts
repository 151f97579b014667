import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Row } from "./row.ts";

/** A section takes 14 s in a whole run, of which most is to fill a log; with ten times as much to do that has taken two minutes. */
const PATIENCE_MS = 200_000;
const LONG_MS = 240_000;

// Its own database and server, as every run has: what it needs of the tests' is the permission to start them.
if (await needsPostgres(import.meta.url)) {
  const bench = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      ...{ args: ["task", "bench", ...args], stdin: "null", signal: AbortSignal.timeout(PATIENCE_MS) },
    }).output();
    return { code, output: new TextDecoder().decode(stdout), said: new TextDecoder().decode(stderr) };
  };

  Deno.test("bench --quick --only measures one section; every row says what is wanted and whether it is met", {
    timeout: LONG_MS,
  }, async () => {
    const { code, output, said } = await bench("--quick", "--only", "fold", "--json");
    assert.equal(code, 0, said);
    const rows = JSON.parse(output) as Row[]; // what it prints
    assert.deepEqual(rows.map(({ name }) => name), ["fold"]);
    for (const row of rows) {
      assert.match(row.wanted, /^[<>]= \S/);
      assert.equal(typeof row.met, "boolean");
      assert.ok(row.value > 0 && row.ratio > 0 && row.spread >= 0 && row.yardstick !== "");
    }
  });

  Deno.test("bench refuses a section that is none, and names those that are", async () => {
    const { code, said } = await bench("--only", "fold,nonsense");
    assert.equal(code, 2);
    assert.match(said, /append,.*fold/);
  });
}
