import assert from "node:assert/strict";
import { disagreement, type ShownMessage } from "./disagreement.ts";
import { DiscussionLedger, type Said } from "./ledger.ts";

function ledger(): DiscussionLedger {
  const made = new DiscussionLedger("disc_one");
  const enter = (seq: number, id: string, [type, actor, body]: [string, string, Said["body"]]) =>
    made.enter({ id, seq, at: 10 * seq, type, actor, body });
  enter(1, "c", ["create", "ann", { members: ["bob", "cid"] }]);
  enter(2, "m1", ["new-message", "ann", { text: "one", mentions: ["bob"] }]);
  enter(3, "m2", ["new-message", "bob", { text: "two", mentions: [], replyTo: "m1" }]);
  enter(4, "e4", ["react-to-message", "bob", { target: "m1", emoji: "x", on: true }]);
  enter(5, "e5", ["delete-message", "bob", { target: "m2" }]);
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

const judged = (shown: readonly ShownMessage[], blocks: readonly string[] = []) =>
  disagreement(ledger().expectedFor("bob"), { shown, viewer: "bob", blocks: new Set(blocks) });

Deno.test("pages that are as the ledger expects have no disagreement", () => {
  assert.equal(judged([deleted, live]), null);
});

Deno.test("each planted difference is found, and its place named", () => {
  const planted: [string, readonly ShownMessage[]][] = [
    ["messages[1]", [deleted]],
    ["messages[0].kind", [live, deleted]],
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

Deno.test("[BLK1] in the place of what was said by somebody who is blocked nothing of it may be shown", () => {
  const { id, seq, at, author } = live;
  const veiled: ShownMessage = { kind: "blocked", id, seq, at, author };
  const quoteless = { ...deleted, quote: { id: "m1", blocked: true } };
  assert.equal(judged([quoteless, veiled], ["ann"]), null);
  assert.equal(judged([deleted, veiled], ["ann"])?.path, "messages[0].quote.blocked");
  assert.equal(judged([quoteless, live], ["ann"])?.path, "messages[1].kind");
  assert.equal(judged([deleted, veiled])?.path, "messages[1].kind");
});
