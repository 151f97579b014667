import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "./events.ts";
import { idToUuid, idVersion, makeId, shardNumber, uuidToId } from "./ids.ts";
import { parseDraft } from "./parse.ts";
import { INPUT_BOUNDS } from "./schema/bodies.ts";
import {
  addToDiscussion,
  addToGroup,
  attachment,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  leaveGroup,
  newMessage,
  react,
  register,
  removeFromDiscussion,
  removeFromGroup,
} from "../testing/drafts.ts";
import { discussionId, eventId, groupId, messageId } from "../testing/ids.ts";
import { ann, ben, cleo, group, talk } from "../testing/scene.ts";
import { seq } from "./scalars.ts";

const target = messageId(1);

/** The draft as a client sends it: JSON, without the actor. */
function wire(
  { actor: _, ...draft }: Draft & { actor: unknown },
): Record<string, unknown> & { body: Record<string, unknown> } {
  return JSON.parse(JSON.stringify(draft));
}

const EVERY_TYPE = [
  createGroup(ann, group, [ben]),
  addToGroup(ann, group, { users: [ben] }),
  removeFromGroup(ann, group, { user: ben, since: seq(3), reason: "x" }),
  leaveGroup(ann, group),
  createDiscussion(ann, talk, { group, members: [ben] }),
  addToDiscussion(ann, talk, { users: [ben], historyFrom: seq(4) }),
  removeFromDiscussion(ann, talk, { user: ben }),
  leaveDiscussion(ann, talk),
  newMessage(ann, talk, { replyTo: target, mentions: [ben, cleo], attachments: [attachment()] }),
  editMessage(ann, talk, { target, baseRevision: 0 }),
  deleteMessage(ann, talk, { target, reason: "x" }),
  react(ann, talk, { target }),
];

/** Where a draft is refused as malformed. */
function fieldOf(input: unknown): string | undefined {
  const parsed = parseDraft(input);
  ok(!parsed.ok);
  strictEqual(parsed.rejection.code, "Malformed");
  return parsed.rejection.field;
}

Deno.test("[SEC3] every type of draft that a client may send is read as it was sent", () => {
  for (const proposal of EVERY_TYPE) deepStrictEqual(parseDraft(wire(proposal)), { ok: true, draft: wire(proposal) });
});

Deno.test("[SEC3] unknown fields are refused by name, in the draft and its body", () => {
  for (const proposal of EVERY_TYPE) {
    strictEqual(fieldOf({ ...wire(proposal), extra: 1 }), "extra");
    strictEqual(fieldOf({ ...wire(proposal), actor: ann }), "actor");
    strictEqual(fieldOf({ ...wire(proposal), body: { ...wire(proposal).body, extra: 1 } }), "body.extra");
  }
  const sent = newMessage(ann, talk, { attachments: [attachment()] });
  const odd = { ...wire(sent).body, attachments: [{ ...attachment(), url: "x" }] };
  strictEqual(fieldOf({ ...wire(sent), body: odd }), "body.attachments.0.url");
  const polluted = JSON.stringify({ ...wire(sent), mark: 0 }).replace('"mark":0', '"__proto__":{"x":1}');
  strictEqual(fieldOf(JSON.parse(polluted)), "__proto__");
});

Deno.test("[SEC3] every missing field is named", () => {
  for (const proposal of EVERY_TYPE) {
    const sent = wire(proposal);
    for (const key of Object.keys(sent)) {
      const { [key]: _, ...rest } = sent;
      strictEqual(fieldOf(rest), key);
    }
    for (const key of Object.keys(sent.body)) {
      if (["replyTo", "baseRevision", "since", "reason"].includes(key)) continue; // these may be left out
      const { [key]: _, ...rest } = sent.body;
      strictEqual(fieldOf({ ...sent, body: rest }), `body.${key}`);
    }
  }
});

Deno.test("[SEC3] what is no draft at all is refused", () => {
  for (const input of [null, undefined, 1, "x", [], {}, { stream: talk }, { stream: talk, type: 1 }]) {
    strictEqual(parseDraft(input).ok, false);
  }
  const sent = wire(newMessage(ann, talk));
  strictEqual(fieldOf({ ...sent, version: 2 }), "version");
  for (const type of ["", "new-Message", "constructor", "toString", "__proto__", "x".repeat(1_000)]) {
    strictEqual(fieldOf({ ...sent, type }), "type");
  }
  strictEqual(fieldOf({ ...sent, stream: group }), "type"); // groups have no messages
  for (const body of [null, [], "x", 1]) strictEqual(fieldOf({ ...sent, body }), "body");
});

Deno.test("[ID1] ids of another kind, length or version are refused by field", () => {
  const sent = wire(newMessage(ann, talk));
  for (const id of ["", 1, null, eventId(1), "msg_x", sent.stream, `${messageId(1)}0`]) {
    strictEqual(fieldOf({ ...sent, id }), "id");
  }
  for (const stream of ["", messageId(1), "disc_", "disc_" + "0".repeat(26)]) {
    strictEqual(fieldOf({ ...sent, stream }), "stream");
  }
  strictEqual(fieldOf({ ...sent, body: { ...sent.body, replyTo: ann } }), "body.replyTo");
  strictEqual(fieldOf({ ...sent, body: { ...sent.body, mentions: [ben, group] } }), "body.mentions.1");
});

Deno.test("[ID1] new things have ids of version 7, what is looked up may have derived ones", () => {
  const derived = <T extends "disc" | "msg">(prefix: T, from: Parameters<typeof idToUuid>[0]) =>
    uuidToId(prefix, idToUuid(from).replace(/-7(...)-/, "-8$1-"));
  const sent = wire(newMessage(ann, talk));
  strictEqual(idVersion(derived("disc", talk)), 8);
  strictEqual(parseDraft({ ...sent, stream: derived("disc", talk) }).ok, true);
  const replyTo = derived("msg", messageId(5));
  strictEqual(parseDraft({ ...sent, body: { ...sent.body, replyTo } }).ok, true);
  strictEqual(fieldOf({ ...sent, id: derived("msg", messageId(6)) }), "id");
  const created = wire(createDiscussion(ann, talk, { group }));
  strictEqual(fieldOf({ ...created, stream: derived("disc", talk) }), "stream");
});

Deno.test("[ID2] an event's id carries the shard of its stream", () => {
  const elsewhere = makeId("msg", { shard: shardNumber(7), unixMs: 0, random: new Uint8Array(8) });
  strictEqual(fieldOf({ ...wire(newMessage(ann, talk)), id: elsewhere }), "id");
  strictEqual(fieldOf({ ...wire(createGroup(ann, groupId(1, 3))), id: eventId(1, 4) }), "id");
  strictEqual(parseDraft({ ...wire(leaveDiscussion(ann, discussionId(1, 9))), id: eventId(1, 9) }).ok, true);
});

Deno.test("[FACT2] what only gatz itself makes is refused as such", () => {
  const body = { group, groupSeq: 1 };
  for (const type of ["added-to", "removed-from", "left-group", "register"]) {
    const parsed = parseDraft({ stream: ann, id: eventId(1), type, version: 1, body });
    deepStrictEqual(parsed, { ok: false, rejection: { kind: "rejected", code: "SystemOnly", field: "type" } });
  }
  strictEqual(parseDraft(wire(register(ann))).ok, false);
});

Deno.test("[SEC3] lists, texts and numbers are bounded before they are judged", () => {
  const sent = wire(newMessage(ann, talk));
  const body = (over: Record<string, unknown>) => ({ ...sent, body: { ...sent.body, ...over } });
  strictEqual(fieldOf(body({ text: "x".repeat(INPUT_BOUNDS.text + 1) })), "body.text");
  strictEqual(fieldOf(body({ mentions: Array(INPUT_BOUNDS.mentions + 1).fill(ben) })), "body.mentions");
  strictEqual(
    fieldOf(body({ attachments: Array(INPUT_BOUNDS.attachments + 1).fill(attachment()) })),
    "body.attachments",
  );
  const wrong = [
    ["bytes", -1],
    ["bytes", 1.5],
    ["mime", "png"],
    ["mime", `image/${"x".repeat(200)}`],
    ["name", ""],
    ["name", "x".repeat(256)],
    ["sha256", "A".repeat(64)],
    ["sha256", "a".repeat(63)],
    ["width", 0],
    ["height", "1"],
    ["thumbhash", "é"],
  ] as const;
  for (const [key, value] of wrong) {
    strictEqual(fieldOf(body({ attachments: [{ ...attachment(), [key]: value }] })), `body.attachments.0.${key}`);
  }
  const adding = wire(addToDiscussion(ann, talk, { users: [ben] }));
  strictEqual(fieldOf({ ...adding, body: { ...adding.body, users: [] } }), "body.users");
  for (const historyFrom of [0, -1, 1.5, "none", null, 2 ** 53]) {
    strictEqual(fieldOf({ ...adding, body: { ...adding.body, historyFrom } }), "body.historyFrom");
  }
  strictEqual(fieldOf(body({ text: [[[[[[]]]]]] })), "body.text");
});

Deno.test("[SEC3] a refusal stays small whatever was sent", () => {
  const parsed = parseDraft({ ...wire(newMessage(ann, talk)), ["k".repeat(100_000)]: 1 });
  ok(!parsed.ok && JSON.stringify(parsed.rejection).length < 500);
});
