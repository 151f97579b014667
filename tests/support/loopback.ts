import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** Whether a test file may use sockets on this machine; else says in one line how to run it. */
export async function needsLoopback(importMetaUrl: string): Promise<boolean> {
  const permission = await Deno.permissions.query({ name: "net", host: "127.0.0.1" });
  if (permission.state === "granted") return true;
  console.log(`${path.basename(fileURLToPath(importMetaUrl))} needs the network: run deno task test`);
  return false;
}
