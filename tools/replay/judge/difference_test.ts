import assert from "node:assert/strict";
import { firstDifference, showDifference } from "./difference.ts";

Deno.test("equal values have no difference; a field that is undefined equals an absent one", () => {
  assert.equal(firstDifference({ a: [1, { b: "x" }], c: undefined }, { a: [1, { b: "x" }] }), null);
  assert.equal(firstDifference(NaN, NaN), null);
});

Deno.test("the first difference is named by its path", () => {
  const at = (expected: unknown, found: unknown) => firstDifference(expected, found, "page")?.path;
  assert.equal(at({ a: [{ b: 1 }] }, { a: [{ b: 2 }] }), "page.a[0].b");
  assert.equal(at([1, 2], [1]), "page[1]");
  assert.equal(at([1], [1, 2]), "page[1]");
  assert.equal(at({ a: 1 }, { a: 1, b: 2 }), "page.b");
  assert.equal(at({ a: [] }, { a: {} }), "page.a");
  assert.equal(at({ a: null }, { a: {} }), "page.a");
  assert.equal(at("1", 1), "page");
});

Deno.test("long values are shortened where a difference is shown", () => {
  const shown = showDifference({ about: "a page", path: "text", expected: "x".repeat(9_000), found: undefined });
  assert.equal(shown, `a page: text\n  expected "${"x".repeat(299)}… (9002 characters)\n  found    nothing`);
});
