import assert from "node:assert/strict";
import { byteaArray, plainArray, quotedArray } from "./arrays.ts";

Deno.test("array literals: what needs no quotes", () => {
  assert.equal(plainArray([]), "{}");
  assert.equal(plainArray([1, null, "0193-ab"]), "{1,NULL,0193-ab}");
});

Deno.test("array literals: texts are quoted, quotes and backslashes escaped, an empty text and NULL kept apart", () => {
  assert.equal(quotedArray(['a"b', "c\\d", "", null, "NULL", "{x,y}"]), '{"a\\"b","c\\\\d","",NULL,"NULL","{x,y}"}');
});

Deno.test("array literals: bytes", () => {
  assert.equal(byteaArray(["00ff", ""]), '{"\\\\x00ff","\\\\x"}');
});
