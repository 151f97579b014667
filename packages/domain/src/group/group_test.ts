import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addToGroup, createGroup, leaveGroup, removeFromGroup } from "../../testing/drafts.ts";
import { groupId, userId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, nobody, scene } from "../../testing/scene.ts";
import { effects } from "../effects.ts";
import type { UserId } from "../ids.ts";
import { currentInterval, isMember, membersNow } from "../membership.ts";
import { seq } from "../scalars.ts";

const second = groupId(2);

Deno.test("[GRP1] one event makes a group with its members; who is unknown is skipped", () => {
  const world = scene();
  const created = world.accept(createGroup(eve, second, [ann, nobody, eve, ann]));
  deepStrictEqual(created.decided, {
    basis: [{ stream: ann, seq: world.user(ann).seq }],
    skipped: [{ user: nobody, code: "NotAddable" }],
  });
  const owner = { from: 1, historyFrom: 1, role: "owner" };
  deepStrictEqual(world.group(second), {
    kind: "group",
    id: second,
    seq: 1,
    name: "A group",
    createdAt: created.at,
    owner: eve,
    members: { [eve]: [owner], [ann]: [{ ...owner, role: "member" }] },
  });
  strictEqual(code(world.offer(createGroup(ann, second))), "AlreadyExists");
  const alone = world.accept(createGroup(eve, groupId(3)));
  deepStrictEqual(alone.decided, {}); // nothing is kept for what is empty
});

Deno.test("[FACT1] whose shard does not answer is skipped as Unavailable", () => {
  const world = scene();
  const draft = createGroup(eve, second, [ann, ben]);
  const facts = { ...world.facts(draft), users: new Map([[ann, { kind: "unavailable" as const }]]) };
  strictEqual(code(world.offer(draft, facts)), "accepted");
  deepStrictEqual(world.log(second)[0]!.decided.skipped, [ann, ben].map((user) => ({ user, code: "Unavailable" })));
});

Deno.test("[GRP1] one member more than the limit is GroupFull", () => {
  const world = scene({ members: 4 });
  strictEqual(code(world.offer(addToGroup(ann, group, { users: [eve] }))), "GroupFull");
  strictEqual(code(world.offer(createGroup(eve, second, [ann, ben, cleo, dan]))), "GroupFull");
  strictEqual(code(world.offer(createGroup(eve, second, [ann, ben, cleo, nobody]))), "accepted");
  world.accept(leaveGroup(dan, group));
  strictEqual(code(world.offer(addToGroup(ann, group, { users: [eve, nobody] }))), "accepted");
});

Deno.test("[GRP2] members add, the owner removes, anyone but the owner leaves", () => {
  const world = scene();
  strictEqual(code(world.offer(addToGroup(eve, group, { users: [eve] }))), "NotFound");
  strictEqual(code(world.offer(addToGroup(ben, group, { users: [eve] }))), "accepted");
  strictEqual(code(world.offer(addToGroup(ben, group, { users: [eve, ben] }))), "NoChange");
  strictEqual(code(world.offer(addToGroup(ben, group, { users: [eve, nobody] }))), "NobodyAddable");
  strictEqual(code(world.offer(removeFromGroup(ben, group, { user: eve }))), "Forbidden");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: ann }))), "OwnerMustHandOver");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: nobody }))), "NotFound");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: eve, reason: "x".repeat(501) }))), "ReasonTooLong");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: eve, reason: "\0" }))), "TextMalformed");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: eve, since: seq(1) }))), "Superseded");
  strictEqual(code(world.offer(removeFromGroup(ann, group, { user: eve, since: seq(2) }))), "accepted");
  strictEqual(code(world.offer(removeFromGroup("system", group, { user: dan }))), "accepted");
  strictEqual(code(world.offer(leaveGroup(ann, group))), "OwnerMustHandOver");
  strictEqual(code(world.offer(leaveGroup(ben, group))), "accepted");
  strictEqual(code(world.offer(leaveGroup(ben, group))), "NotMember");
  deepStrictEqual(membersNow(world.group(group)), [ann, cleo].sort());
});

Deno.test("[VIS1] a group's new members see from now on, and no adder grants more than they see", () => {
  const world = scene();
  const { seq: since } = world.accept(addToGroup(ann, group, { users: [eve] }));
  strictEqual(currentInterval(world.group(group), eve)?.historyFrom, since);
  world.accept(leaveGroup(dan, group));
  strictEqual(code(world.offer(addToGroup(eve, group, { users: [dan], historyFrom: "all" }))), "HistoryNotYours");
  strictEqual(code(world.offer(addToGroup(ben, group, { users: [dan], historyFrom: "all" }))), "accepted");
});

Deno.test("[FACT2] a group's adds and leavings tell each person, in the person's own stream", () => {
  const world = scene();
  const tell = (event: Parameters<typeof effects>[0]) =>
    effects(event, world.group(group)).map(({ stream, type, body }) => [stream, type, body]);
  const added = world.accept(addToGroup(ben, group, { users: [eve, nobody] }));
  deepStrictEqual(tell(added), [
    [eve, "added-to", { stream: group, seq: added.seq, group, groupSeq: added.seq, by: ben }],
  ]);
  const left = world.accept(leaveGroup(eve, group));
  deepStrictEqual(tell(left), [[eve, "left-group", { group, groupSeq: left.seq }]]);
  const removed = world.accept(removeFromGroup(ann, group, { user: ben }));
  deepStrictEqual(tell(removed), [[ben, "left-group", { group, groupSeq: removed.seq }]]);
  strictEqual(tell(world.log(group)[0]!).length, 4);
});

Deno.test("[GRP1] a thousand people come in one event", () => {
  const world = scene();
  const crowd = Array.from({ length: 1_000 }, (_, i) => userId(100 + i));
  const draft = createGroup(ann, second, crowd);
  const users = new Map(
    crowd.map((
      user,
    ) => [user, { kind: "known" as const, value: { seq: seq(1), ended: false, blocks: new Set<UserId>() } }]),
  );
  strictEqual(code(world.offer(draft, { ...world.facts(draft), users })), "GroupFull");
  const fits = createGroup(ann, second, crowd.slice(1));
  strictEqual(code(world.offer(fits, { ...world.facts(fits), users })), "accepted");
  strictEqual(isMember(world.group(second), crowd[999]!), true);
});
