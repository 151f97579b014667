/** docs/limits.md is the table of limits; each limit that refuses is named by a test. @module */
import { strict as assert } from "node:assert";
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
}
