import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** Whether a test file may do what plain `deno test` forbids; else says in one line how to run it. */
export async function needsPermission(
  importMetaUrl: string,
  permission: Deno.PermissionDescriptor,
): Promise<boolean> {
  if ((await Deno.permissions.query(permission)).state === "granted") return true;
  console.log(`${path.basename(fileURLToPath(importMetaUrl))} needs more (${permission.name}): run deno task test`);
  return false;
}
