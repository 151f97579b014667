import assert from "node:assert/strict";
import { disagreement, type ShownMessage } from "./disagreement.ts";
import { DiscussionLedger } from "./ledger.ts";

function ledger(): DiscussionLedger {
  const made = new DiscussionLedger();
  made.enter({ kind: "sent", seq: 2, at: 20, id: "m1", author: "ann", text: "one", mentions: ["bob"] });
  made.enter({ kind: "sent", seq: 3, at: 30, id: "m2", author: "bob", text: "two", mentions: [], replyTo: "m1" });
  made.enter({ kind: "reacted", seq: 4, at: 40, target: "m1", user: "bob", emoji: "x", on: true });
  made.enter({ kind: "deleted", seq: 5, at: 50, target: "m2", by: "bob" });
  return made;
}

const deleted: ShownMessage = {
  kind: "deleted",
  id: "m2",
  seq: 3,
  at: 30,
  author: "bob",
  revision: 0,
  by: "bob",
  replyTo: "m1",
  quote: { id: "m1", author: "ann", text: "one" },
};
const live: ShownMessage = {
  kind: "live",
  id: "m1",
  seq: 2,
  at: 20,
  author: "ann",
  revision: 0,
  text: "one",
  mentions: ["bob"],
  reactions: [{ emoji: "x", count: 1, mine: true, users: ["bob"] }],
};

const judged = (shown: readonly ShownMessage[]) => disagreement(ledger().expected(), { shown, viewer: "bob" });

Deno.test("pages that are as the ledger expects have no disagreement", () => {
  assert.equal(judged([deleted, live]), null);
});

Deno.test("each planted difference is found, and its place named", () => {
  const planted: [string, readonly ShownMessage[]][] = [
    ["messages[1]", [deleted]],
    ["messages[0].seq", [live, deleted]],
    ["messages[1].text", [deleted, { ...live, text: "uno" }]],
    ["messages[1].mentions[0]", [deleted, { ...live, mentions: [] }]],
    ["messages[1].revision", [deleted, { ...live, revision: 1 }]],
    ["messages[1].reactions[0]", [deleted, { ...live, reactions: [] }]],
    ["messages[1].reactions[0].mine", [deleted, {
      ...live,
      reactions: [{ emoji: "x", count: 1, mine: false, users: ["bob"] }],
    }]],
    ["messages[0].text", [{ ...deleted, text: "two" }, live]],
    ["messages[0].by", [{ ...deleted, by: "ann" }, live]],
    ["messages[0].replyTo", [{ ...deleted, replyTo: undefined }, live]],
    ["messages[0].quote.text", [{ ...deleted, quote: { id: "m1", author: "ann", text: "uno" } }, live]],
    ["messages[2]", [deleted, live, { ...live, id: "m0" }]],
  ];
  for (const [path, shown] of planted) assert.equal(judged(shown)?.path, path);
});
