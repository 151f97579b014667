import { needsPermission } from "@gatz/testing/permission.ts";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { misplaced, needsMore, testFiles } from "./test_files.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

if (await needsPermission(import.meta.url, { name: "read", path: ROOT })) {
  Deno.test("each test file is pure, or asks for more", async () => {
    const { pure, needing } = await testFiles();
    assert.ok(pure.includes("tools/ok/count_test.ts"));
    assert.ok(needing.includes("tools/ok/test_files_test.ts"));
    assert.deepEqual(pure.filter((file) => needing.includes(file)), []);
    assert.ok([...pure, ...needing].every((file) => !file.includes("node_modules")));
  });

  Deno.test("a file asks with a function of tests/support", () => {
    assert.ok(needsMore("if (await needsPostgres(import.meta.url)) {"));
    assert.ok(needsMore('if (mayBe && await needsPermission(import.meta.url, { name: "run" })) {'));
    assert.ok(!needsMore('import { needsAnew } from "./state_for.ts"; needsAnew(import_meta)'));
  });

  Deno.test("a pure run tells of files without a test, with tests of both kinds, and of unknown ones", () => {
    const files = { pure: ["a_test.ts", "b/c_test.ts"], needing: ["d_test.ts"] };
    const tested = "./a_test.ts => one ... ok (3ms)\n./b/c_test.ts => two ... FAILED (3ms)\n";
    assert.deepEqual(misplaced(files, tested), []);
    assert.deepEqual(misplaced(files, "\u001b[38m./a_test.ts => \u001b[0mone ... ok\n"), [
      "b/c_test.ts has no test that runs without permissions",
    ]);
    assert.deepEqual(misplaced(files, `${tested}./d_test.ts => three ... ok (3ms)\n./test.tsx => four ... ok\n`), [
      "d_test.ts has tests that run without permissions, and are run again with them",
      "test.tsx is a test file that the gate does not know",
    ]);
  });
}
