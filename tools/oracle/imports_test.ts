import { needsPermission } from "@gatz/testing/permission.ts";
import { strict as assert } from "node:assert";
import { fileURLToPath } from "node:url";

/** Whatever judges gatz, and what of the repository it may use: nothing that gatz itself is made of. */
const JUDGES: Readonly<Record<string, readonly string[]>> = {
  "./": ["tools/oracle/"],
  "../torture/check/": ["tools/oracle/", "tools/torture/"],
  "../../tests/simulation/laws/": [
    ...["tools/oracle/", "tools/torture/check/", "tools/torture/history/"],
    ...["tests/simulation/laws/", "tests/simulation/history.ts"],
  ],
};
const ROOT = new URL("../../", import.meta.url);

if (await needsPermission(import.meta.url, { name: "read", path: fileURLToPath(ROOT) })) {
  Deno.test("what judges gatz shares no code with it", async () => {
    for (const [folder, allowed] of Object.entries(JUDGES)) {
      const place = new URL(folder, import.meta.url);
      for await (const { name } of Deno.readDir(place)) {
        if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
        const file = new URL(name, place);
        const imported = [...(await Deno.readTextFile(file)).matchAll(/from "([^"]+)"/g)].map(([, from]) => from!);
        const outside = imported.filter((from) => !allowed.some((own) => isIn(own, from, file)));
        assert.deepEqual(outside, [], `${folder}${name}`);
      }
    }
  });
}

function isIn(own: string, from: string, file: URL): boolean {
  return from.startsWith(".") && new URL(from, file).href.startsWith(new URL(own, ROOT).href);
}
