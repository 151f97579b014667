import assert from "node:assert/strict";
import { messageProposal, testId } from "../../testing/drafts.ts";
import { isStorableJson, prepareDraft } from "./prepared.ts";

const digestKey = new Uint8Array(32).fill(1);

Deno.test("[MSG1] U+0000 and lone surrogates can't be stored; what only looks like them can", () => {
  const json = (text: string) => JSON.stringify({ text });
  for (const bad of ["\u0000", "a\u0000b", "\ud83d", "\udc4d", "\udc4d\ud83d", "\\\u0000", "\\\\\ud83d"]) {
    assert.equal(isStorableJson(json(bad)), false, JSON.stringify(bad));
  }
  for (const good of ["", "👍", "\\u0000", "\\\\u0000", "\\ud83d", "\u0001", "\\", "\\\\"]) {
    assert.equal(isStorableJson(json(good)), true, JSON.stringify(good));
  }
});

Deno.test("[ID1] an event whose id is not on its stream's shard is refused, naming the field", () => {
  const draft = { ...messageProposal({ shard: 3 }), id: testId("msg", 4) };
  const { refusal } = prepareDraft(draft, { digestKey });
  assert.ok(refusal?.kind === "rejected" && refusal.code === "Malformed" && refusal.field === "id");
});

Deno.test("[LOG2] the digest is of the content, and keyed", () => {
  const draft = messageProposal();
  const { digest } = prepareDraft(draft, { digestKey });
  assert.equal(digest.length, 32);
  assert.equal(prepareDraft(structuredClone(draft), { digestKey }).digest, digest);
  const other = { ...draft, body: { ...draft.body, text: "other" } };
  assert.notEqual(prepareDraft(other, { digestKey }).digest, digest);
  assert.notEqual(prepareDraft(draft, { digestKey: new Uint8Array(32).fill(2) }).digest, digest);
});
