import assert from "node:assert/strict";
import { Cell } from "../observable.ts";
import { Redrawn } from "./redrawn.ts";

Deno.test("a picture is drawn when it is looked at, and once for all that changed in a turn", async () => {
  let drawings = 0;
  const [one, two] = [new Cell(1), new Cell(10)];
  const sum = new Redrawn(() => {
    drawings++;
    return { is: one.snapshot() + two.snapshot() };
  });
  sum.follow(one);
  sum.follow(two);
  let told = 0;
  sum.subscribe(() => told++);
  assert.equal(drawings, 1);
  one.set(2);
  two.set(20);
  assert.equal(drawings, 1);
  assert.deepEqual(sum.snapshot(), { is: 22 }, "what was done a moment ago is in it");
  assert.equal(sum.snapshot(), sum.snapshot(), "and it is the same until something changes");
  await Promise.resolve();
  assert.deepEqual([drawings, told], [2, 1]);
});

Deno.test("what is closed shows its last picture, ends its iterations, and changes no more", async () => {
  const one = new Cell(1);
  const picture = new Redrawn(() => one.snapshot());
  picture.follow(one);
  const seen: number[] = [];
  const watching = (async () => {
    for await (const value of picture) seen.push(value);
  })();
  await Promise.resolve();
  one.set(2);
  picture.close();
  one.set(3);
  await watching;
  assert.deepEqual(seen, [1, 2]);
  assert.equal(picture.snapshot(), 2);
});
