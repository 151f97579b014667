import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { flag as flagMessage } from "../../testing/discussion_drafts.ts";
import {
  addToDiscussion,
  attachment,
  createDiscussion,
  createGroup,
  deleteMessage,
  editMessage,
  leaveDiscussion,
  newMessage,
  react,
  UNKNOWN_BLOB,
} from "../../testing/drafts.ts";
import { discussionId, groupId, messageId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, say, scene, talk } from "../../testing/scene.ts";
import { decide } from "../decide.ts";
import { seq } from "../scalars.ts";

Deno.test("[MSG1] a message is text or attachments, not neither", () => {
  const world = scene();
  strictEqual(code(world.offer(newMessage(ben, talk))), "accepted");
  strictEqual(code(world.offer(newMessage(ben, talk, { text: "", attachments: [attachment()] }))), "accepted");
  strictEqual(code(world.offer(newMessage(ben, talk, { text: "" }))), "EmptyMessage");
});

Deno.test("[MSG1] the limits of text, attachments and mentions hold for new and edited messages", () => {
  const world = scene({ textCodePoints: 10, textBytes: 20, attachments: 2, mentions: 1 });
  const target = say(world);
  const contents = [
    [{ text: "a".repeat(10) }, "accepted"],
    [{ text: "a".repeat(11) }, "TextTooLong"],
    [{ text: "😀".repeat(6) }, "TextTooLong"],
    [{ text: "a\0" }, "TextMalformed"],
    [{ text: "\ud83d" }, "TextMalformed"],
    [{ attachments: [attachment(), attachment()] }, "accepted"],
    [{ attachments: [attachment(), attachment(), attachment()] }, "TooManyAttachments"],
    [{ mentions: [ben] }, "accepted"],
    [{ mentions: [ben, cleo] }, "TooManyMentions"],
  ] as const;
  for (const [content, expected] of contents) {
    strictEqual(code(world.offer(newMessage(ann, talk, content))), expected);
    strictEqual(code(world.offer(editMessage(ann, talk, { target, text: "new", ...content }))), expected);
  }
});

Deno.test("[BLOB1] a blob that the server does not hold is refused, naming which", () => {
  const world = scene();
  deepStrictEqual(world.offer(newMessage(ann, talk, { attachments: [attachment(), attachment(UNKNOWN_BLOB)] })), {
    kind: "rejected",
    code: "UnknownBlob",
    field: "body.attachments.1.sha256",
  });
  const misnamed = { ...attachment(), name: "\0" };
  strictEqual(code(world.offer(newMessage(ann, talk, { attachments: [misnamed] }))), "TextMalformed");
});

Deno.test("[MSG1] a reply is to a message of the same discussion that the author sees, deleted or not", () => {
  const world = scene();
  const other = discussionId(2);
  world.accept(createDiscussion(ann, other, { group }));
  const elsewhere = world.accept(newMessage(ann, other)).id;
  const before = say(world);
  world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" }));
  const original = world.accept(newMessage(ann, talk));
  deepStrictEqual(world.accept(newMessage(dan, talk, { replyTo: original.id })).decided, { replyToSeq: original.seq });
  world.accept(deleteMessage(ann, talk, { target: original.id }));
  strictEqual(code(world.offer(newMessage(dan, talk, { replyTo: original.id }))), "accepted");
  for (const replyTo of [elsewhere, before, messageId(999_999)]) {
    const outcome = world.offer(newMessage(dan, talk, { replyTo }));
    deepStrictEqual(outcome, { kind: "rejected", code: "ReplyElsewhere", field: "body.replyTo" });
  }
});

Deno.test("[MSG2] only the author edits, only a live message", () => {
  const world = scene();
  const { id: target, seq: targetSeq } = world.accept(newMessage(ben, talk));
  strictEqual(code(world.offer(editMessage(ann, talk, { target }))), "NotYourMessage"); // not even the owner
  deepStrictEqual(world.accept(editMessage(ben, talk, { target })).decided, { targetSeq });
  world.accept(deleteMessage(ben, talk, { target }));
  strictEqual(code(world.offer(editMessage(ben, talk, { target }))), "MessageDeleted");
});

Deno.test("[MSG2] the last edit by seq wins, unless it says on what it was based", () => {
  const world = scene();
  const target = say(world);
  world.accept(editMessage(ann, talk, { target, baseRevision: 0, text: "one" }));
  deepStrictEqual(world.offer(editMessage(ann, talk, { target, baseRevision: 0, text: "two" })), {
    kind: "rejected",
    code: "StaleEdit",
    field: "body.baseRevision",
    detail: { revision: 1 },
  });
  world.accept(editMessage(ann, talk, { target, text: "three" }));
  world.accept(editMessage(ann, talk, { target, baseRevision: 2, text: "four" }));
});

Deno.test("[MSG3] the author or the discussion's owner deletes; nobody else", () => {
  const world = scene();
  const bens = [say(world, ben), say(world, ben), say(world, ben)] as const;
  strictEqual(code(world.offer(deleteMessage(cleo, talk, { target: bens[0] }))), "Forbidden");
  strictEqual(code(world.offer(deleteMessage(ben, talk, { target: bens[0] }))), "accepted");
  strictEqual(code(world.offer(deleteMessage(ann, talk, { target: bens[1], reason: "rude" }))), "accepted");
  strictEqual(code(world.offer(deleteMessage(ann, talk, { target: bens[1] }))), "MessageDeleted");
  strictEqual(code(world.offer(deleteMessage("system", talk, { target: bens[2] }))), "accepted");
  strictEqual(code(world.offer(deleteMessage(ben, talk, { target: say(world) }))), "Forbidden");
  strictEqual(
    code(world.offer(deleteMessage(ann, talk, { target: say(world), reason: "x".repeat(501) }))),
    "ReasonTooLong",
  );
});

Deno.test("[LOG8] deleting by a right of the group's owner says so, and needs the group", () => {
  const world = scene();
  const bens = discussionId(2);
  world.accept(createDiscussion(ben, bens, { group, members: [ann, cleo] }));
  const cleos = world.accept(newMessage(cleo, bens));
  const remove = deleteMessage(ann, bens, { target: cleos.id });
  const known = world.facts(remove);
  strictEqual(code(world.offer(remove, { ...known, group: { kind: "missing" } })), "Forbidden");
  strictEqual(code(world.offer(remove, { ...known, group: { kind: "unavailable" } })), "not-now");
  const { seq: groupSeq } = world.group(group);
  const owners = world.accept(newMessage(ben, bens)).id;
  strictEqual(code(world.offer(deleteMessage(ann, bens, { target: owners }), known)), "Forbidden"); // not below her role
  strictEqual(code(world.offer(remove, known)), "accepted");
  deepStrictEqual(world.log(bens).at(-1)!.decided, {
    targetSeq: cleos.seq,
    right: "group-owner",
    basis: [{ stream: group, seq: groupSeq }],
  });
});

Deno.test("[DISC4] what was read of another group gives no right: it counts as not read", () => {
  const world = scene();
  const bens = groupId(2);
  world.accept(createGroup(ben, bens, []));
  const remove = deleteMessage(ben, talk, { target: say(world, cleo) });
  const facts = { ...world.facts(remove), group: { kind: "known" as const, value: world.group(bens) } };
  strictEqual(code(world.offer(remove, facts)), "not-now");
  strictEqual(code(world.offer(remove)), "Forbidden");
});

Deno.test("[LOG8] who deletes their own message and answers a flag by a right of the group says so", () => {
  const world = scene();
  const bens = discussionId(2);
  world.accept(createDiscussion(ben, bens, { group, members: [ann, cleo] }));
  const cleos = world.accept(newMessage(cleo, bens)).id;
  const flag = world.accept(flagMessage(ben, bens, { target: cleos })).id;
  const own = world.accept(newMessage(ann, bens));
  const remove = deleteMessage(ann, bens, { target: own.id, flag });
  const known = world.facts(remove);
  strictEqual(code(world.offer(remove, { ...known, group: { kind: "unavailable" } })), "not-now");
  const { seq: groupSeq } = world.group(group);
  deepStrictEqual(world.accept(remove).decided, {
    targetSeq: own.seq,
    right: "group-owner",
    basis: [{ stream: group, seq: groupSeq }],
  });
});

Deno.test("[MSG4] a reaction is one emoji, on or off, and changes something", () => {
  const world = scene();
  const target = say(world);
  for (const emoji of ["👍👍", "x", "", "\ud83d"]) {
    strictEqual(code(world.offer(react(ben, talk, { target, emoji }))), "NotAnEmoji");
    strictEqual(code(world.offer(react(ben, talk, { target, emoji, on: false }))), "NoChange");
  }
  strictEqual(code(world.offer(react(ben, talk, { target, on: false }))), "NoChange");
  strictEqual(code(world.offer(react(ben, talk, { target }))), "accepted");
  strictEqual(code(world.offer(react(ben, talk, { target }))), "NoChange");
  strictEqual(code(world.offer(react(cleo, talk, { target, on: false }))), "NoChange");
  strictEqual(code(world.offer(react(ben, talk, { target, on: false }))), "accepted");
});

Deno.test("[MSG4] a message bears a bounded number of distinct emoji, any number of times", () => {
  const world = scene({ emojiPerMessage: 2 });
  const target = say(world);
  for (const emoji of ["👍", "🎉"]) world.accept(react(ben, talk, { target, emoji }));
  strictEqual(code(world.offer(react(ben, talk, { target, emoji: "🙈" }))), "TooManyEmoji");
  strictEqual(code(world.offer(react(cleo, talk, { target, emoji: "🎉" }))), "accepted");
  world.accept(react(ben, talk, { target, emoji: "👍", on: false }));
  strictEqual(code(world.offer(react(ben, talk, { target, emoji: "🙈" }))), "accepted");
});

Deno.test("[MSG5] a target that is not there, is elsewhere, or can't be seen is not found", () => {
  const world = scene();
  const other = discussionId(2);
  world.accept(createDiscussion(ann, other, { group }));
  const elsewhere = world.accept(newMessage(ann, other)).id;
  const unseen = say(world);
  world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" }));
  for (const target of [elsewhere, unseen, messageId(999_998)]) {
    for (const draft of [editMessage, deleteMessage, react]) {
      deepStrictEqual(world.offer(draft(dan, talk, { target })), {
        kind: "rejected",
        code: "NotFound",
        field: "body.target",
      });
    }
  }
});

Deno.test("[MSG5] a message of another discussion is no target, even if it is at hand", () => {
  const world = scene();
  const other = discussionId(2);
  world.accept(createDiscussion(ann, other, { group }));
  const { id: target } = world.accept(newMessage(ann, other));
  const draft = deleteMessage(ann, talk, { target });
  const ground = { stream: world.discussion(talk), messages: world.folded(other).messages };
  deepStrictEqual(decide(ground, draft, world.facts(draft)), {
    kind: "rejected",
    code: "NotFound",
    field: "body.target",
  });
});

Deno.test("[VIS3] for who never was a member there is no discussion; who was one is told so", () => {
  const world = scene();
  const target = say(world);
  world.accept(leaveDiscussion(cleo, talk));
  for (const [actor, expected] of [[eve, "NotFound"], [dan, "NotFound"], [cleo, "NotMember"]] as const) {
    const drafts = [
      newMessage(actor, talk),
      editMessage(actor, talk, { target }),
      deleteMessage(actor, talk, { target }),
    ];
    for (const draft of [...drafts, react(actor, talk, { target }), leaveDiscussion(actor, talk)]) {
      deepStrictEqual(world.offer(draft), { kind: "rejected", code: expected, field: "stream" });
    }
  }
  strictEqual(code(world.offer(newMessage(ann, discussionId(9)))), "NotFound");
});

Deno.test("[LOG1] only a person writes, edits and reacts", () => {
  const world = scene();
  const target = say(world);
  for (
    const draft of [
      newMessage("system", talk),
      editMessage("system", talk, { target }),
      react("system", talk, { target }),
    ]
  ) {
    strictEqual(code(world.offer(draft)), "Malformed");
  }
  strictEqual(world.discussion(talk).seq, seq(2));
});
