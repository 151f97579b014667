/**
 * Whether PostgreSQL is there for a test file. Imports nothing, so that a file can ask before it loads anything that
 * needs permissions (see README.md beside this file).
 * @module
 */
import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** Set by `deno task test`: `a=postgres://...,b=postgres://...`, the servers' administrative databases. */
export const TEST_SERVERS = "GATZ_TEST_SERVERS";

const ROOT = path.join(import.meta.dirname ?? ".", "..", "..");

/** True if the file can go on to import and register its tests; else says in one line how to run them. */
export async function needsPostgres(importMetaUrl: string): Promise<boolean> {
  const permission = await Deno.permissions.query({ name: "env", variable: TEST_SERVERS });
  if (permission.state === "granted" && Deno.env.get(TEST_SERVERS) !== undefined) return true;
  const file = path.relative(ROOT, fileURLToPath(importMetaUrl));
  console.log(`${file} needs PostgreSQL: run deno task test`);
  return false;
}
