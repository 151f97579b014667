import assert from "node:assert/strict";
import { absolute, compared, table } from "./row.ts";

const values = [10, 12, 11];

Deno.test("a row compares medians with its yardstick, and says whether that is what is wanted", () => {
  const row = compared({
    name: "x",
    unit: "ms",
    values,
    against: { name: "y", values: [5, 6, 4] },
    wanted: { atMost: 2 },
  });
  assert.deepEqual(row, {
    name: "x",
    value: 11,
    unit: "ms",
    yardstick: "y = 5 ms",
    ratio: 2.2,
    wanted: "<= 2 x y",
    met: false,
    spread: 0.1818,
  });
  assert.ok(compared({ name: "x", unit: "/s", values, against: { name: "y", values }, wanted: { atLeast: 1 } }).met);
});

Deno.test("a fixed bound is met at the bound, and missed beyond it", () => {
  const rowOf = (wanted: { atLeast: number } | { atMost: number }) =>
    absolute({ name: "x", unit: "s", values, wanted });
  assert.equal(rowOf({ atMost: 11 }).met, true);
  assert.equal(rowOf({ atMost: 10.9 }).met, false);
  assert.equal(rowOf({ atLeast: 11 }).met, true);
  assert.equal(rowOf({ atLeast: 11.1 }).met, false);
});

Deno.test("a missed figure shows in the table", () => {
  const text = table([absolute({ name: "slow", unit: "s", values, wanted: { atMost: 1 } })]);
  assert.match(text, /slow .* NO /);
});
