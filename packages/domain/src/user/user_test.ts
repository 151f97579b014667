import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addToDiscussion, addToGroup, leaveGroup, register, removeFromDiscussion } from "../../testing/drafts.ts";
import { eventId, userId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, nobody, scene, talk } from "../../testing/scene.ts";
import { effects } from "../effects.ts";
import type { AddedTo, Draft, LeftGroup, RemovedFrom } from "../events.ts";
import { seq } from "../scalars.ts";

let made = 0;
const addedTo = (stream: AddedTo["stream"], body: Partial<AddedTo["body"]>): AddedTo => ({
  stream,
  id: eventId(1_000_000 + made++),
  type: "added-to",
  version: 1,
  body: { stream: talk, seq: seq(1), group, groupSeq: seq(1), by: ann, ...body },
});
const removedFrom = (at: number): RemovedFrom => ({
  stream: eve,
  id: eventId(1_000_000 + made++),
  type: "removed-from",
  version: 1,
  body: { stream: talk, seq: seq(at) },
});
const leftGroup = (groupSeq: number): LeftGroup => ({
  stream: eve,
  id: eventId(1_000_000 + made++),
  type: "left-group",
  version: 1,
  body: { group, groupSeq: seq(groupSeq) },
});

/** Offers effects to Eve's stream, who is in nothing, and returns the effects of the last. */
function told(...drafts: (AddedTo | RemovedFrom | LeftGroup)[]) {
  const world = scene();
  let answers: readonly Draft[] = [];
  for (const draft of drafts) {
    const event = world.accept({ ...draft, actor: "system" as const });
    answers = effects(event, world.user(eve));
  }
  return {
    inbox: world.user(eve).inbox[group],
    answers: answers.map(({ stream, type, body }) => [stream, type, body]),
  };
}

Deno.test("[USR2] a user registers once, themselves, with a spelled-out handle and a name", () => {
  const world = scene();
  const zoe = userId(50);
  const own = register(zoe, { handle: "zoe", name: "Zoe" });
  strictEqual(code(world.offer({ ...own, actor: ann })), "SystemOnly");
  strictEqual(code(world.offer({ ...own, actor: "system" })), "SystemOnly");
  for (const handle of ["ab", "a".repeat(21), "Zoe", "zo-e", "zoé"]) {
    strictEqual(code(world.offer(register(zoe, { handle }))), "NameInvalid");
  }
  strictEqual(code(world.offer(register(zoe, { name: "" }))), "NameInvalid");
  const { at } = world.accept(own);
  const expected = { kind: "user", id: zoe, seq: 1, handle: "zoe", name: "Zoe", createdAt: at, inbox: {} };
  deepStrictEqual(world.user(zoe), expected);
  strictEqual(code(world.offer(register(zoe))), "AlreadyExists");
});

Deno.test("[FACT2] only gatz itself tells a user's stream, and only who exists", () => {
  const world = scene();
  for (const draft of [addedTo(eve, {}), removedFrom(2), leftGroup(2)]) {
    strictEqual(code(world.offer({ ...draft, actor: eve })), "SystemOnly");
  }
  strictEqual(code(world.offer({ ...addedTo(nobody, {}), actor: "system" })), "NotFound");
});

Deno.test("[FACT2] a user's inbox knows the streams they are in, by their effects", () => {
  const world = scene();
  const entry = { seq: 1, groupSeq: 1, by: ann };
  deepStrictEqual(world.user(cleo).inbox, { [group]: { streams: { [group]: entry, [talk]: entry } } });
  const removal = world.accept(removeFromDiscussion(ann, talk, { user: cleo }));
  world.deliverAll();
  deepStrictEqual(world.user(cleo).inbox[group]?.streams[talk], { ...entry, ended: removal.seq });
  const again = world.accept(addToDiscussion(ann, talk, { users: [cleo] }));
  world.deliverAll();
  deepStrictEqual(world.user(cleo).inbox[group]?.streams[talk], { ...entry, seq: again.seq });
});

Deno.test("[FACT2] leaving the group takes a user out of its discussions; re-adding is possible", () => {
  const world = scene();
  const left = world.accept(leaveGroup(cleo, group));
  world.deliverAll();
  const { leftAt, streams } = world.user(cleo).inbox[group]!;
  deepStrictEqual({ leftAt, ended: streams[group]?.ended }, { leftAt: left.seq, ended: left.seq });
  strictEqual(streams[talk]?.ended, world.discussion(talk).seq);
  strictEqual(code(world.offer(addToDiscussion(ann, talk, { users: [cleo] }))), "NobodyAddable");
  world.accept(addToGroup(ann, group, { users: [cleo] }));
  world.accept(addToDiscussion(ann, talk, { users: [cleo] }));
  world.deliverAll();
  strictEqual(world.user(cleo).inbox[group]?.streams[group]?.ended, undefined);
  strictEqual(world.user(cleo).inbox[group]?.streams[talk]?.ended, undefined);
  deepStrictEqual(world.refused, []);
});

Deno.test("[FACT2] an add older than the leaving of its group is undone, not applied", () => {
  const stale = told(leftGroup(5), addedTo(eve, { seq: seq(7), groupSeq: seq(4) }));
  deepStrictEqual(stale, {
    inbox: { leftAt: seq(5), streams: {} },
    answers: [[talk, "remove-member", { user: eve, since: 7 }]],
  });
  const fresh = told(leftGroup(5), addedTo(eve, { seq: seq(7), groupSeq: seq(6) }));
  deepStrictEqual(fresh.answers, []);
  deepStrictEqual(fresh.inbox?.streams[talk], { seq: 7, groupSeq: 6, by: ann });
});

Deno.test("[FACT2] a leaving of the group undoes the older adds that are still on, no others", () => {
  deepStrictEqual(told(addedTo(eve, { seq: seq(7), groupSeq: seq(4) }), leftGroup(5)).answers, [
    [talk, "remove-member", { user: eve, since: 7 }],
  ]);
  deepStrictEqual(told(addedTo(eve, { seq: seq(7), groupSeq: seq(6) }), leftGroup(5)).answers, []);
  deepStrictEqual(told(addedTo(eve, { seq: seq(7), groupSeq: seq(4) }), removedFrom(9), leftGroup(5)).answers, []);
});

Deno.test("[FACT2] news of an older stay than the known one changes nothing", () => {
  const { inbox } = told(addedTo(eve, { seq: seq(7) }), removedFrom(6));
  strictEqual(inbox?.streams[talk]?.ended, undefined);
  strictEqual(told(addedTo(eve, { seq: seq(7) }), addedTo(eve, { seq: seq(6) })).inbox?.streams[talk]?.seq, 7);
  strictEqual(told(removedFrom(6)).inbox, undefined);
  strictEqual(told(addedTo(eve, { seq: seq(7) }), removedFrom(8), removedFrom(9)).inbox?.streams[talk]?.ended, 8);
});

Deno.test("[FACT2] who is in the group but in no discussion gets nothing to undo", () => {
  const world = scene();
  world.accept(leaveGroup(dan, group));
  world.deliverAll();
  deepStrictEqual(world.refused, []);
  strictEqual(world.discussion(talk).seq, 1);
  strictEqual(world.user(ben).inbox[group]?.leftAt, undefined);
});
