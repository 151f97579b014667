/** How the procedures of all rows are called. @module */
import type { Call, Calls } from "./call.ts";
import { READS } from "./reads.ts";
import { WRITES } from "./writes.ts";

const CALLS: Calls = { ...READS, ...WRITES };

export function callOf({ name }: { readonly name: string }): Call {
  const call = CALLS[name];
  if (call === undefined) throw new Error(`how is ${name} called?`);
  return call;
}
