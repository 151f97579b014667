import assert from "node:assert/strict";
import { DiscussionLedger, type Said } from "./ledger.ts";

const began: Said = { id: "c", seq: 1, at: 1, type: "create", actor: "ann", body: { members: ["bob", "cid"] } };
const sent = (seq: number, id: string, more: Partial<Said["body"]> = {}): Said => (
  { id, seq, at: seq, type: "new-message", actor: "ann", body: { text: `text of ${id}`, mentions: [], ...more } }
);
const done = (seq: number, type: string, by: { actor: string; body: Said["body"] }): Said => (
  { id: `e${seq}`, seq, at: seq, type, ...by }
);
const reacted = (seq: number, target: string, { user: actor, ...how }: { user: string; emoji: string; on?: boolean }) =>
  done(seq, "react-to-message", { actor, body: { target, on: true, ...how } });

function ledgerOf(...entries: Said[]): DiscussionLedger {
  const ledger = new DiscussionLedger("disc_one");
  for (const entry of [began, ...entries]) ledger.enter(entry);
  return ledger;
}
const shown = (ledger: DiscussionLedger, viewer = "bob") =>
  ledger.expectedFor(viewer).map(({ id, text, revision, reactions }) => ({ id, text, revision, reactions }));

Deno.test("[MSG2] the ledger keeps the last edit and counts them", () => {
  const edit = (seq: number, text: string) => done(seq, "edit-message", { actor: "ann", body: { target: "m1", text } });
  const ledger = ledgerOf(sent(2, "m1"), sent(3, "m2", { replyTo: "m1" }), edit(4, "b"), edit(5, "c"));
  assert.deepEqual(shown(ledger), [
    { id: "m2", text: "text of m2", revision: 0, reactions: [] },
    { id: "m1", text: "c", revision: 2, reactions: [] },
  ]);
  assert.equal(ledger.expectedFor("bob")[0]?.replyTo, "m1");
});

Deno.test("[MSG3] [MOD1] in the ledger nothing revives what was deleted or purged", () => {
  const edit = (seq: number, target: string) =>
    done(seq, "edit-message", { actor: "ann", body: { target, text: "c" } });
  const ledger = ledgerOf(
    sent(2, "m1"),
    reacted(3, "m1", { user: "bob", emoji: "x" }),
    done(4, "delete-message", { actor: "bob", body: { target: "m1", reason: "spam" } }),
    edit(5, "m1"),
    sent(6, "m2"),
    sent(7, "m3"),
    done(8, "expunge", { actor: "bob", body: { author: "ann", upToSeq: 6 } }),
    edit(9, "m2"),
  );
  const gone = { text: null, revision: 0, reactions: [] };
  assert.deepEqual(shown(ledger), [
    { id: "m3", text: "text of m3", revision: 0, reactions: [] },
    { id: "m2", ...gone },
    { id: "m1", ...gone },
  ]);
  assert.equal(ledger.expectedFor("bob").at(-1)?.end?.body.reason, "spam");
});

Deno.test("[VIS4] in the ledger everybody has a view of their own", () => {
  const ledger = ledgerOf(
    sent(2, "m1"),
    done(3, "remove-member", { actor: "ann", body: { user: "cid" } }),
    done(4, "delete-message", { actor: "ann", body: { target: "m1" } }),
    done(5, "add-members", { actor: "ann", body: { users: ["dan"], historyFrom: "now" } }),
    sent(6, "m2"),
  );
  const texts = (viewer: string) => ledger.expectedFor(viewer).map(({ text }) => text);
  assert.deepEqual(texts("bob"), ["text of m2", null]);
  assert.deepEqual(texts("cid"), ["text of m1"]);
  assert.deepEqual(texts("dan"), ["text of m2"]);
});

Deno.test("[MSG4] the ledger keeps reactions in the order of the first use that remains", () => {
  const ledger = ledgerOf(
    sent(2, "m1"),
    reacted(3, "m1", { user: "bob", emoji: "x" }),
    reacted(4, "m1", { user: "bob", emoji: "y" }),
    reacted(5, "m1", { user: "cid", emoji: "x" }),
    reacted(6, "m1", { user: "bob", emoji: "x", on: false }),
  );
  assert.deepEqual(ledger.expectedFor("bob")[0]?.reactions, [
    { emoji: "y", user: "bob" },
    { emoji: "x", user: "cid" },
  ]);
});

Deno.test("[LOG1] the ledger notices seqs and times that do not go up", () => {
  assert.deepEqual(ledgerOf(sent(2, "m1"), sent(3, "m2")).oddAcks, []);
  assert.equal(ledgerOf(sent(3, "m1"), sent(3, "m2")).oddAcks.length, 1);
  assert.equal(ledgerOf(sent(3, "m1"), { ...sent(4, "m2"), at: 1 }).oddAcks.length, 1);
  assert.equal(ledgerOf(sent(2, "m1"), done(9, "leave", { actor: "bob", body: {} })).head, 9);
});
