/** docs/protocol.md shows the table of rights that discussions are judged by. @module */
import { strict as assert } from "node:assert";
import { rightsTable } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

// Nothing here asks PostgreSQL, but reading a file takes permission, which the pure tests are run without.
if (await needsPostgres(import.meta.url)) {
  Deno.test("[DISC4] the documented table of rights is the one that decides", async () => {
    const text = await Deno.readTextFile(new URL("../../docs/protocol.md", import.meta.url));
    const rows = text.slice(text.indexOf("- **DISC4**"), text.indexOf("- **GRP1**")).split("\n")
      .filter((line) => line.trim().startsWith("|"))
      .map((line) => line.trim().split("|").slice(1, -1).map((cell) => cell.trim()));
    const real = rightsTable().map((row) => [...row]);
    assert.deepEqual(
      rows.slice(2),
      real,
      `docs/protocol.md should have:\n${real.map((row) => `| ${row.join(" | ")} |`).join("\n")}`,
    );
  });
}
