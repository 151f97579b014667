import { needsPermission } from "@gatz/testing/permission.ts";
import assert from "node:assert/strict";

if (await needsPermission(import.meta.url, { name: "read", path: import.meta.dirname })) {
  Deno.test("the ledger and its judgement import nothing but their own files and the oracle", async () => {
    for (const file of ["ledger.ts", "disagreement.ts", "../judge/difference.ts"]) {
      const source = await Deno.readTextFile(new URL(file, import.meta.url));
      const imported = [...source.matchAll(/from "([^"]+)"/g)].map((found) => found[1]);
      const own = ["./ledger.ts", "../judge/difference.ts"];
      const isOracle = (name: string) => name.startsWith("../../oracle/");
      assert.deepEqual(imported.filter((name) => !own.includes(name!) && !isOracle(name!)), [], file);
    }
  });
}
