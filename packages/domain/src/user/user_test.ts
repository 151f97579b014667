import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  addToDiscussion,
  addToGroup,
  attachment,
  blockUser,
  createGroup,
  endAccount,
  KNOWN_BLOB,
  leaveGroup,
  register,
  removeFromDiscussion,
  setHandle,
  setProfile,
  unblockUser,
  UNKNOWN_BLOB,
} from "../../testing/drafts.ts";
import { eventId, groupId, userId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, nobody, scene, talk } from "../../testing/scene.ts";
import { effects } from "../effects.ts";
import type { AddedTo, Draft, LeftGroup, RemovedFrom, SetProfile } from "../events.ts";
import { needs } from "../needs.ts";
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
  const expected = {
    kind: "user",
    id: zoe,
    seq: 1,
    handle: "zoe",
    name: "Zoe",
    createdAt: at,
    profileSeq: 1,
    inbox: {},
  };
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

Deno.test("[FACT2] an add older than the leaving of its group is undone, and counts as ended", () => {
  const stale = told(leftGroup(5), addedTo(eve, { seq: seq(7), groupSeq: seq(4) }));
  deepStrictEqual(stale, {
    inbox: { leftAt: seq(5), streams: { [talk]: { seq: seq(7), groupSeq: seq(4), by: ann, ended: seq(7) } } },
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

Deno.test("[USR2] a profile keeps what a change leaves out; an empty about and a null avatar are taken away", () => {
  const world = scene();
  const picture = attachment();
  world.accept(setProfile(ann, { name: "Ann", about: "I am Ann.", avatar: picture }));
  const { name, about, avatar } = world.user(ann);
  deepStrictEqual({ name, about, avatar }, { name: "Ann", about: "I am Ann.", avatar: picture });
  world.accept(setProfile(ann, { about: "" }));
  deepStrictEqual([world.user(ann).name, world.user(ann).about, world.user(ann).avatar], ["Ann", undefined, picture]);
  world.accept(setProfile(ann, { avatar: null }));
  strictEqual("avatar" in world.user(ann), false);
});

Deno.test("[USR2] a profile is refused by what is wrong with it, and if it changes nothing", () => {
  const world = scene();
  const refused = (body: SetProfile["body"]) => {
    const outcome = world.offer(setProfile(ann, body));
    return outcome.kind === "rejected" ? [outcome.code, outcome.field] : outcome.kind;
  };
  deepStrictEqual(refused({}), ["NoChange", "body"]);
  deepStrictEqual(refused({ name: world.user(ann).name, about: "", avatar: null }), ["NoChange", "body"]);
  deepStrictEqual(refused({ name: " " }), ["NameInvalid", "body.name"]);
  deepStrictEqual(refused({ about: "\0" }), ["TextMalformed", "body.about"]);
  deepStrictEqual(refused({ about: "x".repeat(1_001) }), ["TextTooLong", "body.about"]);
  deepStrictEqual(refused({ avatar: attachment(UNKNOWN_BLOB) }), ["UnknownBlob", "body.avatar.sha256"]);
  deepStrictEqual(refused({ avatar: { ...attachment(), name: "\ud800" } }), ["TextMalformed", "body.avatar.name"]);
});

Deno.test("[FACT1] of what a user says of themselves only the picture is asked for", () => {
  const { messages, users, blobs } = needs(setProfile(ann, { name: "Ann", avatar: attachment() }));
  deepStrictEqual({ messages, users, blobs }, { messages: [], users: [], blobs: [KNOWN_BLOB] });
  for (const draft of [setProfile(ann, { avatar: null }), blockUser(ann, ben), endAccount(ann)]) {
    deepStrictEqual(needs(draft), { messages: [], users: [], blobs: [] });
  }
});

Deno.test("[USR2] a stream records another handle, spelled as handles are", () => {
  const world = scene();
  world.accept(setHandle(ann, "annie_2"));
  strictEqual(world.user(ann).handle, "annie_2");
  strictEqual(code(world.offer(setHandle(ann, "annie_2"))), "NoChange");
  strictEqual(code(world.offer(setHandle(ann, "Annie"))), "NameInvalid");
});

Deno.test("[BLK1] the number of what others are shown is not moved by a block, nor by what one is in", () => {
  const world = scene();
  const before = world.user(ann);
  world.accept(blockUser(ann, ben));
  world.accept(unblockUser(ann, ben));
  world.accept(createGroup(ann, groupId(9), []));
  world.deliverAll();
  ok(world.user(ann).seq > before.seq + 2);
  strictEqual(world.user(ann).profileSeq, before.profileSeq);
  for (const draft of [setProfile(ann, { name: "A" }), setHandle(ann, "aaa"), endAccount(ann)]) {
    strictEqual(world.accept(draft).seq, world.user(ann).profileSeq);
  }
});

Deno.test("[BLK1] one blocks others, each once, and takes it back", () => {
  const world = scene();
  world.accept(blockUser(ann, ben));
  world.accept(blockUser(ann, nobody));
  deepStrictEqual(world.user(ann).blocks, [ben, nobody]);
  strictEqual(code(world.offer(blockUser(ann, ben))), "NoChange");
  strictEqual(code(world.offer(blockUser(ann, ann))), "Forbidden");
  strictEqual(code(world.offer(unblockUser(ann, cleo))), "NoChange");
  world.accept(unblockUser(ann, ben));
  world.accept(unblockUser(ann, nobody));
  strictEqual("blocks" in world.user(ann), false);
  strictEqual("blocks" in world.user(ben), false, "the other side knows nothing of it");
});

Deno.test("[VIS3] another's stream is not there for who would write to it, nor is one that never began", () => {
  const world = scene();
  for (
    const draft of [setProfile(ann, { name: "x" }), setHandle(ann, "xyz"), blockUser(ann, cleo), endAccount(ann)]
  ) strictEqual(code(world.offer({ ...draft, actor: ben })), "NotFound", draft.type);
  for (const draft of [setProfile(nobody, { name: "x" }), blockUser(nobody, ann), endAccount(nobody)]) {
    strictEqual(code(world.offer(draft)), "NotFound", draft.type);
  }
});

Deno.test("[USR4] an account that has ended takes nothing more from its user, and goes on hearing of the rest", () => {
  const world = scene();
  const { at } = world.accept(endAccount(cleo));
  strictEqual(world.user(cleo).endedAt, at);
  for (
    const draft of [
      ...[setProfile(cleo, { name: "x" }), setHandle(cleo, "xyz"), endAccount(cleo)],
      ...[blockUser(cleo, ann), unblockUser(cleo, ann)],
    ]
  ) strictEqual(code(world.offer(draft)), "AccountEnded", draft.type);
  strictEqual(code(world.offer(register(cleo))), "AlreadyExists");
  const before = world.user(cleo).seq;
  world.deliverAll();
  ok(world.user(cleo).seq > before, "what comes of the end is told to the stream");
});
