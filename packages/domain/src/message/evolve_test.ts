import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { attachment, deleteMessage, editMessage, leaveDiscussion, newMessage, react } from "../../testing/drafts.ts";
import { ann, ben, cleo, say, scene, talk } from "../../testing/scene.ts";
import type { World } from "../../testing/world.ts";
import type { MessageId } from "../ids.ts";
import type { LiveMessage, MessageState } from "../state.ts";
import { evolveMessage } from "./evolve.ts";

function message(world: World, id: MessageId): MessageState {
  const found = world.folded(talk).messages.get(id);
  ok(found);
  return found;
}

function live(world: World, id: MessageId): LiveMessage {
  const found = message(world, id);
  ok(found.kind === "live");
  return found;
}

Deno.test("[MSG1] a message is what was sent, by whom, where and when", () => {
  const world = scene();
  const first = world.accept(newMessage(ben, talk));
  const second = world.accept(
    newMessage(ann, talk, { replyTo: first.id, mentions: [ben], attachments: [attachment()] }),
  );
  deepStrictEqual(message(world, second.id), {
    kind: "live",
    id: second.id,
    discussion: talk,
    seq: second.seq,
    author: ann,
    at: second.at,
    replyTo: first.id,
    replyToSeq: first.seq,
    revision: 0,
    changedSeq: second.seq,
    text: "hello",
    mentions: [ben],
    attachments: [attachment()],
    reactions: [],
  });
});

Deno.test("[MSG2] an edit replaces the content whole and counts", () => {
  const world = scene();
  const id = say(world, ann, { mentions: [ben], attachments: [attachment()] });
  world.accept(react(ben, talk, { target: id }));
  const before = live(world, id);
  const edit = world.accept(editMessage(ann, talk, { target: id, text: "new", mentions: [cleo] }));
  deepStrictEqual(message(world, id), {
    ...before,
    text: "new",
    mentions: [cleo],
    attachments: [],
    editedAt: edit.at,
    revision: 1,
    changedSeq: edit.seq,
  });
});

Deno.test("[MSG3] deleting leaves a tombstone without text or reactions", () => {
  const world = scene();
  const sent = world.accept(newMessage(ben, talk, { text: "secret" }));
  world.accept(react(ann, talk, { target: sent.id }));
  const gone = world.accept(deleteMessage(ann, talk, { target: sent.id, reason: "rude" }));
  deepStrictEqual(message(world, sent.id), {
    kind: "deleted",
    id: sent.id,
    discussion: talk,
    seq: sent.seq,
    author: ben,
    at: sent.at,
    revision: 0,
    changedSeq: gone.seq,
    by: ann,
    deletedAt: gone.at,
    reason: "rude",
  });
});

Deno.test("[MSG3] a tombstone is absorbing: the same object after any event", () => {
  const world = scene();
  const sent = world.accept(newMessage(ann, talk));
  const edit = world.accept(editMessage(ann, talk, { target: sent.id }));
  const reaction = world.accept(react(ben, talk, { target: sent.id }));
  const gone = world.accept(deleteMessage(ann, talk, { target: sent.id }));
  const tombstone = message(world, sent.id);
  for (const event of [sent, edit, reaction, gone]) strictEqual(evolveMessage(tombstone, event), tombstone);
});

Deno.test("[LOG8] an event that is not about a message leaves it: the same object, or none", () => {
  const world = scene();
  const id = say(world);
  const other = world.accept(newMessage(ben, talk));
  const edit = world.accept(editMessage(ben, talk, { target: other.id }));
  const leave = world.accept(leaveDiscussion(cleo, talk));
  const mine = message(world, id);
  for (const event of [other, edit, leave]) strictEqual(evolveMessage(mine, event), mine);
  for (const event of [edit, leave]) strictEqual(evolveMessage(null, event), null);
});

Deno.test("[MSG4] reactions keep the order of their seqs; an emoji's place is that of its first remaining user", () => {
  const world = scene();
  const target = say(world);
  const on = (actor: typeof ann, emoji: string) => world.accept(react(actor, talk, { target, emoji }));
  const thumbOfBen = on(ben, "👍");
  const party = on(ann, "🎉");
  const thumbOfAnn = on(ann, "👍");
  const rows = () => live(world, target).reactions;
  deepStrictEqual(rows().map(({ emoji, user, seq }) => [emoji, user, seq]), [
    ["👍", ben, thumbOfBen.seq],
    ["🎉", ann, party.seq],
    ["👍", ann, thumbOfAnn.seq],
  ]);
  world.accept(react(ben, talk, { target, emoji: "👍", on: false }));
  deepStrictEqual(rows().map(({ emoji }) => emoji), ["🎉", "👍"]);
  const again = on(ben, "👍");
  deepStrictEqual(rows().at(-1), { emoji: "👍", user: ben, seq: again.seq });
});

Deno.test("[VIS4] who missed events in between still has each reaction once", () => {
  const world = scene();
  const target = say(world);
  world.accept(react(ben, talk, { target }));
  const before = message(world, target);
  const off = world.accept(react(ben, talk, { target, on: false }));
  const onAgain = world.accept(react(ben, talk, { target }));
  const missed = evolveMessage(before, onAgain);
  deepStrictEqual(missed, before);
  const never = evolveMessage(null, world.log(talk).find(({ id }) => id === target)!);
  ok(never);
  deepStrictEqual(evolveMessage(never, off), never);
});
