import { strict as assert } from "node:assert";
import { digestOf } from "./digest.ts";

Deno.test("a digest tells contents apart, and not the order of fields or what a call may leave out", () => {
  const plain = digestOf({ text: "a", replyTo: "b" });
  assert.equal(digestOf({ replyTo: "b", mentions: [], attachments: [], text: "a" }), plain);
  assert.notEqual(digestOf({ text: "a", replyTo: "c" }), plain);
  assert.notEqual(digestOf({ text: "a", replyTo: "b", mentions: ["c"] }), plain);
  assert.notEqual(digestOf({ users: [] }), digestOf({}));
});
