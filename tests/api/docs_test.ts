/** docs/api.md names every procedure with its access, and every error code. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

// Nothing here asks PostgreSQL, but reading a file takes permission, which the pure tests are run without.
if (await needsPostgres(import.meta.url)) {
  const { API_ERRORS, describeApi } = await import("@gatz/server");
  const text = await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url));

  /** The first columns of the rows of a table, by its first heading. */
  const rows = (heading: string, columns: number): string[] => {
    const lines = text.split("\n");
    const from = lines.findIndex((line) => line.startsWith(`| ${heading}`)) + 2;
    const found: string[] = [];
    for (const line of lines.slice(from)) {
      if (!line.startsWith("|")) break;
      found.push(line.split("|").slice(1, columns + 1).map((cell) => cell.trim().replaceAll("`", "")).join(" "));
    }
    return found;
  };

  Deno.test("[SEC1] the documented procedures, their access and their kinds are those that there are", () => {
    const real = describeApi().map(({ path, access, kind }) => `${path} ${access} ${kind}`);
    assert.deepEqual(rows("procedure", 3).toSorted(), real.toSorted());
  });

  Deno.test("[SEC3] the documented error codes are those that there are", () => {
    assert.deepEqual(
      rows("`data.code`", 2).toSorted(),
      API_ERRORS.map(({ code, status }) => `${code} ${status}`).toSorted(),
    );
  });
}
