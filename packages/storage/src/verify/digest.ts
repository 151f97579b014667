import { createHmac } from "node:crypto";
import { canonicalContent, type Proposal } from "@gatz/domain";

/** What an event's digest should be (LOG2), in hexadecimal; computed by other means than the writer's. */
export function expectedDigest(key: Uint8Array, proposal: Proposal): string {
  return createHmac("sha256", key).update(canonicalContent(proposal)).digest("hex").slice(0, 32);
}
