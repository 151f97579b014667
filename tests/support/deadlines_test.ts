import { needsPermission } from "@gatz/testing/permission.ts";
import assert from "node:assert/strict";
import * as path from "node:path";

const DEADLINES = path.join(import.meta.dirname ?? ".", "deadlines.ts");

/** Two minutes become four seconds. */
const HASTE = `const { setTimeout } = globalThis;
globalThis.setTimeout = (run, ms) => setTimeout(run, ms / 30);`;

const NEVER = "const never = () => new Promise(() => setInterval(() => {}, 60_000));\n";
const FILES = {
  "hanging_test.ts": `${NEVER}
Deno.test("waits long", never);
Deno.test("waits", { timeout: 9_000 }, async (t) => {
  console.log("what it said");
  await t.step("well", () => {});
  await t.step("for ever", never);
});
Deno.test({ timeout: 9_000 }, async function named() { await never(); });
Deno.test({ name: "whole", timeout: 9_000, fn: never });
Deno.test({ name: "unlimited", timeout: 0, fn: () => {} });
Deno.test.each([1, 2])("number %d", { timeout: 9_000 }, async (n) => { if (n === 2) await never(); });
Deno.test.ignore("let alone", never);
Deno.test("broken", () => { throw new Error("by itself"); });
Deno.test("ends", () => {});`,
  "hook_test.ts": `${NEVER}
Deno.test.afterAll(never);
Deno.test("has ended", () => {});`,
  "beginning_test.ts": `${NEVER}
await never();
Deno.test("not begun", () => {});`,
  "alone_test.ts": `${NEVER}
Deno.test.only("alone", { timeout: 9_000 }, never);
Deno.test("left out", () => {});`,
};

/** The errors by where Deno says that they are. */
const FAILED = {
  "waits long => ./hanging_test.ts:3:6": 'not within 120 s: "waits long" has not ended',
  "waits => ./hanging_test.ts:4:6": 'not within 9 s: "waits" has not ended',
  "waits ... for ever => ./hanging_test.ts:7:11": "Didn't complete before parent.",
  "named => ./hanging_test.ts:9:6": 'not within 9 s: "named" has not ended',
  "whole => ./hanging_test.ts:10:6": 'not within 9 s: "whole" has not ended',
  "number 2 => ./hanging_test.ts:12:22": 'not within 9 s: "number %d" has not ended',
  "broken => ./hanging_test.ts:14:6": "by itself",
  "./hook_test.ts (uncaught error)": "not within 300 s: afterAll of its tests has not ended",
  "./beginning_test.ts (uncaught error)": "no test was begun within 120 s",
  "alone => ./alone_test.ts:3:11": 'not within 9 s: "alone" has not ended',
};

if (await needsPermission(import.meta.url, { name: "run" })) {
  Deno.test("what does not end, a test, a hook or the beginning of a file, fails by name in time; all others run", async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-deadlines-" });
    for (const [name, text] of Object.entries({ "haste.ts": HASTE, ...FILES })) {
      await Deno.writeTextFile(path.join(folder, name), text);
    }
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--no-config", "--parallel", "--preload", "haste.ts", "--preload", DEADLINES],
      ...{ cwd: folder, env: { NO_COLOR: "1", DENO_JOBS: "4" }, stdin: "null", signal: AbortSignal.timeout(60_000) },
    }).output();
    await Deno.remove(folder, { recursive: true });
    const said = new TextDecoder().decode(stdout);
    assert.equal(code, 1, said);
    const errors = said.slice(said.indexOf(" ERRORS "), said.indexOf(" FAILURES ")).split("\n\n");
    const found = Object.entries(FAILED).filter(([where, why]) =>
      errors.some((error) => error.startsWith(`${where}\n`) && error.includes(why))
    );
    assert.deepEqual(found.map(([where]) => where), Object.keys(FAILED), said);
    assert.match(said, /^what it said$/m);
    assert.match(said, /^\.\/hanging_test\.ts => ends \.\.\. ok/m);
    // The file that did not begin, and the hook, fail as one each, as their files.
    assert.match(said, /^FAILED \| 4 passed \(1 step\) \| 9 failed \(1 step\) \| 1 ignored \| 1 filtered out/m);
  });
}
