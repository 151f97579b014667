import { needsPermission } from "./permission.ts";

/** Whether a test file may use sockets on this machine; else says in one line how to run it. */
export function needsLoopback(importMetaUrl: string): Promise<boolean> {
  return needsPermission(importMetaUrl, { name: "net", host: "127.0.0.1" });
}
