import assert from "node:assert/strict";
import { count } from "./count.ts";

const check = { tests: false, success: true, output: "" };
const pure = { tests: true, success: true, output: "ok | 9 passed | 0 failed (1s)" };

Deno.test("the tests of all steps add up, colours or not; those of a check are not counted", () => {
  const others = {
    tests: true,
    success: true,
    output: "x\n\u001b[32mok\u001b[0m | 57 passed (3 steps) | 0 failed \u001b[38m(45ms)\u001b[0m\n",
  };
  const docs = { ...check, output: "ok | 5 passed | 0 failed" };
  assert.deepEqual(count([check, docs, pure, others]), { passed: 66, failed: 0 });
});

Deno.test("failed tests and failed checks add up", () => {
  const others = { tests: true, success: false, output: "FAILED | 5 passed | 3 failed (398ms)" };
  const failed = { ...check, success: false, output: "| 9 passed | 9 failed" };
  assert.deepEqual(count([failed, pure, others]), { passed: 14, failed: 4 });
});

Deno.test("a step that failed without a failed test is a failure, and so is one that had no test to run", () => {
  assert.deepEqual(count([{ tests: true, success: false, output: "types do not fit" }]), { passed: 0, failed: 1 });
  assert.deepEqual(count([{ ...pure, success: false, output: "ok | 9 passed | 0 failed, then a leak" }]), {
    passed: 9,
    failed: 1,
  });
  assert.deepEqual(count([pure, { ...pure, output: "ok | 0 passed | 0 failed" }]), { passed: 9, failed: 1 });
  assert.deepEqual(count([]), { passed: 0, failed: 0 });
});

Deno.test("of a step that was ended before it could sum up, the tests that were done are counted, not their steps", () => {
  const output = [
    "./a_test.ts => one ... ok (3ms)",
    "./a_test.ts => two ... a step ... ok (3ms)",
    "./a_test.ts => two ... FAILED (due to 1 failed step) (3s)",
    "./b_test.ts => \u001b[1mthree\u001b[0m ... \u001b[32mok\u001b[0m (1m3s)",
    "./b_test.ts => four ...",
  ];
  assert.deepEqual(count([pure, { tests: true, success: false, output: output.join("\n") }]), {
    passed: 11,
    failed: 1,
  });
  assert.deepEqual(count([{ tests: true, success: false, output: output[0]! }]), { passed: 1, failed: 1 });
});
