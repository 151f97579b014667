import assert from "node:assert/strict";
import { Cell } from "./observable.ts";

Deno.test("a cell tells of each change once, and of none that is none", () => {
  const cell = new Cell("a");
  const seen: string[] = [];
  const end = cell.subscribe(() => seen.push(cell.snapshot()));
  cell.set("b");
  cell.set("b");
  end();
  cell.set("c");
  assert.deepEqual(seen, ["b"]);
});

Deno.test("a listener that throws keeps neither its owner nor other listeners from going on, and is heard of", async () => {
  const cell = new Cell(0);
  const seen: number[] = [];
  const heard = Promise.withResolvers<unknown>();
  const hear = (event: ErrorEvent) => {
    event.preventDefault();
    heard.resolve(event.error);
  };
  addEventListener("error", hear);
  const mistake = new Error("an app's mistake");
  cell.subscribe(() => {
    throw mistake;
  });
  cell.subscribe(() => seen.push(cell.snapshot()));
  cell.set(1);
  assert.equal(await heard.promise, mistake);
  removeEventListener("error", hear);
  assert.deepEqual(seen, [1]);
});

Deno.test("whoever iterates gets what there is, then the newest, and the end; and may leave early", async () => {
  const cell = new Cell(0);
  const all: number[] = [];
  const watching = (async () => {
    for await (const value of cell) all.push(value);
  })();
  for await (const value of cell) if (value === 0) break;
  await Promise.resolve();
  cell.set(1);
  cell.set(2);
  await new Promise((resolve) => setTimeout(resolve));
  cell.set(3);
  cell.close();
  cell.set(4);
  await watching;
  assert.deepEqual(all, [0, 2, 3]);
});
