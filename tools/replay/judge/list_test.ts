import assert from "node:assert/strict";
import { DiscussionLedger } from "../ledger/ledger.ts";
import { expectedRow } from "./list.ts";

Deno.test("[BLK1] [READ2] who blocks somebody sends them messages, but does not mention them", () => {
  const ledger = new DiscussionLedger("a discussion");
  ledger.enter({ id: "create", type: "create", actor: "ann", body: { members: ["ben"] }, seq: 1, at: 1 });
  for (const seq of [2, 3]) {
    const body = { text: "ben?", mentions: ["ben"] };
    ledger.enter({ id: `m${seq}`, type: "new-message", actor: "ann", body, seq, at: seq });
  }
  const rowWhere = (blocks: Record<string, readonly string[]>) =>
    expectedRow(ledger, { viewer: "ben", read: 2, blocks: (user) => new Set(blocks[user]) });
  assert.deepEqual(rowWhere({}), { unread: 1, mentions: 1, preview: "m3" });
  assert.deepEqual(rowWhere({ ann: ["ben"] }), { unread: 1, mentions: 0, preview: "m3" });
  assert.deepEqual(rowWhere({ ben: ["ann"] }), { unread: 0, mentions: 0, preview: "m3" });
});
