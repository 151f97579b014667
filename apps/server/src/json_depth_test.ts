import { strict as assert } from "node:assert";
import { nestsDeeperThan } from "./json_depth.ts";

Deno.test("[SEC3] nesting is counted outside of strings only", () => {
  const cases: [string, number, boolean][] = [
    ["", 0, false],
    ["1", 0, false],
    ["[]", 0, true],
    ["[[1],[2]]", 2, false],
    ["[[1],[2]]", 1, true],
    ['{"a":{"b":[]}}', 3, false],
    ['{"a":{"b":[]}}', 2, true],
    ['"[[[["', 0, false],
    ['["\\"[[["]', 1, false],
    ['["\\\\",[]]', 1, true],
    ['["unterminated [[', 1, false],
    ["[".repeat(100_000), 16, true],
  ];
  for (const [text, most, deeper] of cases) assert.equal(nestsDeeperThan(text, most), deeper, text.slice(0, 40));
});
