import assert from "node:assert/strict";
import { DiscussionLedger } from "./ledger.ts";

const sent = (seq: number, id: string, more: { replyTo?: string } = {}) =>
  ({ kind: "sent", seq, at: seq, id, author: "ann", text: `text of ${id}`, mentions: [], ...more }) as const;
const reacted = (seq: number, target: string, by: { user: string; emoji: string; on?: boolean }) =>
  ({ kind: "reacted", seq, at: seq, target, on: true, ...by }) as const;

function ledgerOf(...entries: Parameters<DiscussionLedger["enter"]>[0][]): DiscussionLedger {
  const ledger = new DiscussionLedger();
  for (const entry of entries) ledger.enter(entry);
  return ledger;
}

Deno.test("[MSG2] the ledger keeps the last edit and counts them", () => {
  const ledger = ledgerOf(
    sent(2, "m1"),
    sent(3, "m2", { replyTo: "m1" }),
    { kind: "edited", seq: 4, at: 4, target: "m1", text: "b", mentions: ["cid"] },
    { kind: "edited", seq: 5, at: 5, target: "m1", text: "c", mentions: [] },
  );
  assert.deepEqual(ledger.expected(), [
    {
      kind: "live",
      id: "m2",
      seq: 3,
      at: 3,
      author: "ann",
      revision: 0,
      text: "text of m2",
      mentions: [],
      reactions: [],
      replyTo: "m1",
    },
    { kind: "live", id: "m1", seq: 2, at: 2, author: "ann", revision: 2, text: "c", mentions: [], reactions: [] },
  ]);
});

Deno.test("[MSG3] in the ledger nothing revives a deleted message", () => {
  const ledger = ledgerOf(
    sent(2, "m1"),
    reacted(3, "m1", { user: "bob", emoji: "x" }),
    { kind: "deleted", seq: 4, at: 4, target: "m1", by: "bob", reason: "spam" },
    { kind: "edited", seq: 5, at: 5, target: "m1", text: "c", mentions: [] },
  );
  assert.deepEqual(ledger.expected(), [
    { kind: "deleted", id: "m1", seq: 2, at: 2, author: "ann", revision: 0, by: "bob", reason: "spam" },
  ]);
});

Deno.test("[MSG4] the ledger orders emoji by the first use that remains", () => {
  const ledger = ledgerOf(
    sent(2, "m1"),
    reacted(3, "m1", { user: "bob", emoji: "x" }),
    reacted(4, "m1", { user: "bob", emoji: "y" }),
    reacted(5, "m1", { user: "cid", emoji: "x" }),
    reacted(6, "m1", { user: "bob", emoji: "x", on: false }),
  );
  const [message] = ledger.expected();
  assert.equal(message?.kind, "live");
  assert.deepEqual(message.kind === "live" && message.reactions, [
    { emoji: "y", users: ["bob"] },
    { emoji: "x", users: ["cid"] },
  ]);
});

Deno.test("[LOG1] the ledger notices seqs and times that do not go up", () => {
  assert.deepEqual(ledgerOf(sent(2, "m1"), sent(3, "m2")).oddAcks, []);
  assert.equal(ledgerOf(sent(3, "m1"), sent(3, "m2")).oddAcks.length, 1);
  assert.equal(ledgerOf(sent(3, "m1"), { ...sent(4, "m2"), at: 1 }).oddAcks.length, 1);
  assert.equal(ledgerOf(sent(2, "m1"), { kind: "other", what: "leave", seq: 9, at: 9 }).head, 9);
});

if ((await Deno.permissions.query({ name: "read", path: import.meta.dirname })).state === "granted") {
  Deno.test("the ledger and its judgement import nothing but their own files", async () => {
    for (const file of ["ledger.ts", "disagreement.ts", "../judge/difference.ts"]) {
      const source = await Deno.readTextFile(new URL(file, import.meta.url));
      const imported = [...source.matchAll(/from "([^"]+)"/g)].map((found) => found[1]);
      const own = ["./ledger.ts", "../judge/difference.ts"];
      assert.deepEqual(imported.filter((name) => !own.includes(name!)), [], file);
    }
  });
}
