/** docs/limits.md is the table of limits; each limit that refuses is named by a test. @module */
import { strict as assert } from "node:assert";
import { glob } from "node:fs/promises";
import { needsPostgres } from "@gatz/testing/postgres.ts";

// Nothing here asks PostgreSQL, but reading files takes permission, which the pure tests are run without.
if (await needsPostgres(import.meta.url)) {
  const { LIMITS, limitRow } = await import("@gatz/server");

  Deno.test("[SEC2] the documented limits are those that there are, with their defaults and what who meets one is told", async () => {
    const text = await Deno.readTextFile(new URL("../../docs/limits.md", import.meta.url));
    const documented = text.split("\n").filter((line) => line.startsWith("| `")).map((line) =>
      line.split("|").slice(1, -1).map((cell) => cell.trim())
    );
    const real = (Object.keys(LIMITS) as (keyof typeof LIMITS)[]).map(limitRow);
    assert.deepEqual(
      documented,
      real,
      `docs/limits.md should have:\n${real.map((row) => `| ${row.join(" | ")} |`).join("\n")}`,
    );
  });

  Deno.test("[SEC2] each limit that somebody is told of is met in a test that names it", async () => {
    /** Named by what it sets there. */
    const asNamed: Readonly<Record<string, RegExp>> = { waiters: /\bwaiting: \d/ };
    const root = new URL("../../", import.meta.url);
    const texts: string[] = [];
    for (
      const [folder, pattern] of [["apps", "**/*_test.ts"], ["packages", "**/*_test.ts"], ["tests", "**/*.ts"]] as const
    ) {
      for await (const file of glob(pattern, { cwd: new URL(folder, root).pathname, exclude: isInstalled })) {
        if (!file.endsWith("limits_doc_test.ts")) {
          texts.push(await Deno.readTextFile(new URL(`${folder}/${file}`, root)));
        }
      }
    }
    assert.ok(texts.length > 50, `${texts.length} tests were read`);
    for (const limit of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
      const [, , , , told] = limitRow(limit);
      const name = asNamed[limit] ?? new RegExp(`\\b${limit}\\b`);
      if (told !== "") assert.ok(texts.some((text) => name.test(text)), `no test names ${limit}`);
    }
  });

  const isInstalled = (path: string) => path.includes("node_modules");
}
