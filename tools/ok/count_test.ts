import assert from "node:assert/strict";
import { count } from "./count.ts";

const fine = { success: true, output: "" };

Deno.test("the last step's tests are counted, colours or not", () => {
  const all = {
    success: true,
    output: "x\n\u001b[32mok\u001b[0m | 57 passed (3 steps) | 0 failed \u001b[38m(45ms)\u001b[0m\n",
  };
  assert.deepEqual(count([fine, all]), { passed: 57, failed: 0 });
});

Deno.test("failed tests and other failed steps add up", () => {
  const all = { success: false, output: "FAILED | 5 passed | 3 failed (398ms)" };
  assert.deepEqual(count([fine, { success: false, output: "| 9 passed | 9 failed" }, all]), { passed: 5, failed: 4 });
});

Deno.test("a last step that failed without a failed test is a failure, and so is one without any test", () => {
  assert.deepEqual(count([{ success: false, output: "types do not fit" }]), { passed: 0, failed: 1 });
  assert.deepEqual(count([{ success: false, output: "ok | 9 passed | 0 failed, then a leak" }]), {
    passed: 9,
    failed: 1,
  });
  assert.deepEqual(count([]), { passed: 0, failed: 0 });
});
