import { strict as assert } from "node:assert";
import { Turns } from "./turns.ts";

Deno.test("[SEC2] turns: so many of a key at once, the rest in the order in which they came, others unhindered", async () => {
  const turns = new Turns<string>(2);
  const begun: number[] = [];
  const calls = Array.from({ length: 5 }, async (_, i) => {
    await turns.begin("ann");
    begun.push(i);
  });
  assert.equal(turns.begin("ben"), null);
  await calls[1];
  assert.deepEqual(begun, [0, 1]);
  for (let over = 0; over < 3; over++) {
    turns.end("ann");
    await calls[2 + over];
    assert.deepEqual(begun, [0, 1, 2, 3, 4].slice(0, 3 + over));
  }
  turns.end("ann");
  turns.end("ann");
  turns.end("ben");
  assert.equal(turns.size, 0);
});
