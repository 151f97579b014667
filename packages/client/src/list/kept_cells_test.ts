import assert from "node:assert/strict";
import { KeptCells } from "./kept_cells.ts";

function counted(most: number) {
  const [begun, gone]: number[][] = [[], []];
  const cells = new KeptCells<number, string>({
    ...{ most, initial: (key: number) => `${key}?` },
    onBegun: (key) => begun!.push(key),
    onGone: (key) => gone!.push(key),
  });
  return { cells, begun: begun!, gone: gone! };
}

Deno.test("of what nobody observes those are kept that were looked at last; what is observed stays, however many", () => {
  const { cells, gone } = counted(2);
  const ends = [1, 2, 3, 4].map((key) => cells.observe(key).subscribe(() => {}));
  assert.deepEqual(gone, []);
  for (const key of [5, 6]) cells.observe(key);
  cells.observe(5).snapshot();
  cells.observe(7);
  assert.deepEqual(gone, [6]);
  ends[0]!();
  ends[2]!();
  assert.deepEqual(gone, [6, 5, 7]);
  assert.deepEqual([...cells.keys].sort(), [1, 2, 3, 4]);
  ends[0]!();
  assert.deepEqual(gone, [6, 5, 7], "who ends it twice ends it once");
});

Deno.test("who kept one that was let go of goes on with it: it begins anew, and is the one that others get", async () => {
  const { cells, begun, gone } = counted(1);
  const first = cells.observe(1);
  cells.set(1, "one");
  cells.observe(2);
  assert.deepEqual(gone, [1]);
  assert.equal(first.snapshot(), "1?");
  assert.deepEqual(begun, [1, 2, 1]);
  let told = 0;
  const end = first.subscribe(() => told++);
  cells.observe(3);
  cells.observe(4);
  cells.set(1, "uno");
  assert.deepEqual([first.snapshot(), cells.observe(1).snapshot(), told], ["uno", "uno", 1]);
  const iteration = first[Symbol.asyncIterator]();
  end();
  cells.observe(5);
  cells.set(1, "due");
  assert.deepEqual(await iteration.next(), { done: false, value: "due" });
  cells.close();
  assert.equal((await iteration.next()).done, true);
});
