import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addToGroup, leaveGroup, removeFromGroup } from "../../testing/drafts.ts";
import {
  archiveGroup,
  createDirect,
  createInvite,
  describeGroup,
  renameGroup,
  revokeInvite,
  setGroupAvatar,
  setGroupRole,
  transferOwnership,
} from "../../testing/group_drafts.ts";
import { attachment, UNKNOWN_BLOB } from "../../testing/drafts.ts";
import { eventId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, nobody, scene } from "../../testing/scene.ts";
import type { Proposal } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";

/** Ann owns the group, Ben moderates it, Cleo and Dan are members, Eve was one. */
function ranked() {
  const world = scene();
  world.accept(addToGroup(ann, group, { users: [eve] }));
  world.accept(setGroupRole(ann, group, { user: ben, role: "moderator" }));
  world.accept(leaveGroup(eve, group));
  return world;
}

const ACTORS = { owner: ann, moderator: ben, member: cleo, "ex-member": eve, stranger: nobody };

/** By hand, from GRP2 and DISC4: what each act comes to for owner, moderator, member, ex-member and stranger. */
const EXPECTED: readonly (readonly [string, (actor: UserId) => Proposal, ...string[]])[] = [
  ["rename", (actor) => renameGroup(actor, group, "Renamed"), "accepted", "accepted", "accepted"],
  ["describe", (actor) => describeGroup(actor, group, "What it is"), "accepted", "accepted", "accepted"],
  ["set-avatar", (actor) => setGroupAvatar(actor, group, attachment()), "accepted", "accepted", "accepted"],
  ["add-members", (actor) => addToGroup(actor, group, { users: [eve] }), "accepted", "accepted", "accepted"],
  ["create-invite", (actor) => createInvite(actor, group), "accepted", "accepted", "accepted"],
  ["remove a member", (actor) => removeFromGroup(actor, group, { user: dan }), "accepted", "accepted", "Forbidden"],
  [
    "remove the moderator",
    (actor) => removeFromGroup(actor, group, { user: ben }),
    "accepted",
    "Forbidden",
    "Forbidden",
  ],
  [
    "remove the owner",
    (actor) => removeFromGroup(actor, group, { user: ann }),
    "OwnerMustHandOver",
    "Forbidden",
    "Forbidden",
  ],
  [
    "set-role",
    (actor) => setGroupRole(actor, group, { user: dan, role: "moderator" }),
    "accepted",
    "Forbidden",
    "Forbidden",
  ],
  ["transfer-ownership", (actor) => transferOwnership(actor, group, dan), "accepted", "Forbidden", "Forbidden"],
  ["archive", (actor) => archiveGroup(actor, group), "accepted", "Forbidden", "Forbidden"],
  ["leave", (actor) => leaveGroup(actor, group), "OwnerMustHandOver", "accepted", "accepted"],
];

for (const [name, draft, ...codes] of EXPECTED) {
  Deno.test(`[GRP2] [DISC4] ${name}: who may`, () => {
    const found = Object.entries(ACTORS).map(([who, actor]) => [who, code(ranked().offer(draft(actor)))]);
    const expected = [...codes, "NotMember", "NotFound"];
    deepStrictEqual(found, Object.keys(ACTORS).map((who, i) => [who, expected[i]]));
  });
}

Deno.test("[GRP2] the owner hands over to any member, and is a moderator then; roles are set on members only", () => {
  const world = ranked();
  strictEqual(code(world.offer(setGroupRole(ann, group, { user: cleo, role: "member" }))), "NoChange");
  strictEqual(code(world.offer(setGroupRole(ann, group, { user: ann, role: "member" }))), "OwnerMustHandOver");
  strictEqual(code(world.offer(setGroupRole(ann, group, { user: eve, role: "moderator" }))), "NotFound");
  strictEqual(code(world.offer(transferOwnership(ann, group, eve))), "NotFound");
  strictEqual(code(world.offer(transferOwnership(ann, group, ann))), "NoChange");
  world.accept(transferOwnership(ann, group, dan));
  strictEqual(world.group(group).owner, dan);
  deepStrictEqual([ann, ben, dan].map((user) => roleOf(world.group(group), user)), ["moderator", "moderator", "owner"]);
  strictEqual(code(world.offer(transferOwnership(ann, group, ben))), "Forbidden");
  world.accept(leaveGroup(ann, group));
});

Deno.test("[GRP2] who leaves last archives the group", () => {
  const world = ranked();
  for (const user of [ben, cleo, dan]) world.accept(leaveGroup(user, group));
  world.accept(leaveGroup(ann, group));
  const { owner, archived } = world.group(group);
  deepStrictEqual({ owner, archived }, { owner: null, archived: true });
});

Deno.test("[USR4] a group whose owner's account ends passes to the eldest moderator, else the eldest member, else is archived", () => {
  const world = ranked();
  const remove = (user: UserId) => world.accept(removeFromGroup("system", group, { user }));
  remove(ann);
  strictEqual(world.group(group).owner, ben);
  remove(ben);
  strictEqual(world.group(group).owner, cleo < dan ? cleo : dan);
  remove(cleo);
  remove(dan);
  deepStrictEqual([world.group(group).owner, world.group(group).archived], [null, true]);
});

Deno.test("[GRP2] what changes nothing, and what is malformed, is refused", () => {
  const world = ranked();
  const { name } = world.group(group);
  strictEqual(code(world.offer(renameGroup(ann, group, name))), "NoChange");
  strictEqual(code(world.offer(renameGroup(ann, group, " "))), "NameInvalid");
  strictEqual(code(world.offer(describeGroup(ann, group, ""))), "NoChange");
  strictEqual(code(world.offer(describeGroup(ann, group, "x".repeat(1_001)))), "TextTooLong");
  strictEqual(code(world.offer(describeGroup(ann, group, "\0"))), "TextMalformed");
  strictEqual(code(world.offer(setGroupAvatar(ann, group, null))), "NoChange");
  strictEqual(code(world.offer(setGroupAvatar(ann, group, attachment(UNKNOWN_BLOB)))), "UnknownBlob");
  strictEqual(code(world.offer(setGroupAvatar(ann, group, { ...attachment(), name: "\ud800" }))), "TextMalformed");
  world.accept(setGroupAvatar(ann, group, attachment()));
  strictEqual(code(world.offer(setGroupAvatar(ann, group, attachment()))), "NoChange");
  world.accept(setGroupAvatar(ann, group, null));
  world.accept(describeGroup(ann, group, "Friends"));
  world.accept(describeGroup(ann, group, ""));
  deepStrictEqual(["avatar", "description"].filter((field) => field in world.group(group)), []);
});

Deno.test("[GRP2] nothing begins in an archived group: one leaves it, removes, hands over and revokes, no more", () => {
  const world = ranked();
  const invite = world.accept(createInvite(cleo, group)).id;
  world.accept(archiveGroup(ann, group));
  for (
    const draft of [
      ...[renameGroup(ann, group, "x"), describeGroup(ann, group, "x"), setGroupAvatar(ann, group, attachment())],
      ...[addToGroup(ann, group, { users: [eve] }), createInvite(ann, group), archiveGroup(ann, group)],
    ]
  ) strictEqual(code(world.offer(draft)), "Archived", draft.type);
  for (
    const draft of [
      ...[revokeInvite(ann, group, invite), setGroupRole(ann, group, { user: cleo, role: "moderator" })],
      ...[removeFromGroup(ann, group, { user: dan }), transferOwnership(ann, group, ben), leaveGroup(ann, group)],
    ]
  ) strictEqual(code(world.offer(draft)), "accepted", draft.type);
});

Deno.test("[GRP1] a direct group is of its two people: nobody joins, leaves, is removed, or has another role", () => {
  const world = scene();
  const { stream } = world.accept(createDirect(ben, ann));
  deepStrictEqual([world.group(stream).direct, world.group(stream).owner], [true, ben]);
  for (
    const draft of [
      ...[addToGroup(ben, stream, { users: [cleo] }), removeFromGroup(ben, stream, { user: ann })],
      ...[leaveGroup(ann, stream), setGroupRole(ben, stream, { user: ann, role: "moderator" })],
      ...[transferOwnership(ben, stream, ann), createInvite(ben, stream), archiveGroup(ben, stream)],
    ]
  ) strictEqual(code(world.offer(draft)), "DirectGroup", draft.type);
  strictEqual(code(world.offer(revokeInvite(ann, stream, eventId(1)))), "NotFound");
  world.accept(renameGroup(ann, stream, "Us"));
  world.accept(removeFromGroup("system", stream, { user: ben }));
  strictEqual(world.group(stream).owner, ann);
});
