import assert from "node:assert/strict";
import { refuseOldNode } from "./node_version.ts";

Deno.test("a Node.js older than 22 is refused in words, anything else is not", () => {
  assert.throws(() => refuseOldNode("20.20.2"), { message: "@gatz/client needs Node.js 22 or newer, this is 20.20.2" });
  assert.throws(() => refuseOldNode("8.0.0"), /needs Node.js 22/);
  for (const version of ["22.0.0", "26.10.0", undefined]) refuseOldNode(version);
});
