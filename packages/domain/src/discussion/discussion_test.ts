import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  addToDiscussion,
  addToGroup,
  createDiscussion,
  leaveDiscussion,
  newMessage,
  removeFromDiscussion,
  removeFromGroup,
} from "../../testing/drafts.ts";
import { discussionId, groupId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, nobody, scene, talk } from "../../testing/scene.ts";
import { effects } from "../effects.ts";
import { idVersion, shardOf } from "../ids.ts";
import { currentInterval, isMember, membersNow } from "../membership.ts";
import { seq } from "../scalars.ts";

const second = discussionId(2);

Deno.test("[DISC3] a discussion starts with people of the group; who can't be added is skipped", () => {
  const world = scene();
  const created = world.accept(
    createDiscussion(ben, second, { group, members: [ann, ben, ann, eve, nobody], name: "Lunch" }),
  );
  deepStrictEqual(created.decided, {
    basis: [{ stream: group, seq: seq(1) }, { stream: ann, seq: world.user(ann).seq }],
    skipped: [{ user: eve, code: "NotAddable" }, { user: nobody, code: "NotAddable" }],
  });
  const owner = { from: 1, historyFrom: 1, role: "owner" };
  deepStrictEqual(world.discussion(second), {
    kind: "discussion",
    id: second,
    seq: 1,
    group,
    name: "Lunch",
    createdAt: created.at,
    owner: ben,
    closed: false,
    messages: 0,
    members: { [ben]: [owner], [ann]: [{ ...owner, role: "member" }] },
  });
});

Deno.test("[DISC2] only a member of the group starts a discussion in it", () => {
  const world = scene();
  for (const [actor, of] of [[eve, group], [ben, groupId(99)]] as const) {
    const outcome = world.offer(createDiscussion(actor, second, { group: of }));
    deepStrictEqual(outcome, { kind: "rejected", code: "NotFound", field: "body.group" });
  }
  strictEqual(code(world.offer(createDiscussion(ben, talk, { group }))), "AlreadyExists");
  for (const name of ["", " \n", "x".repeat(101), "\0", "\ud800"]) {
    strictEqual(code(world.offer(createDiscussion(ben, second, { group, name }))), "NameInvalid");
  }
});

Deno.test("[FACT1] with the group's shard down, creating, adding and rights through the group wait; messages go on", () => {
  const world = scene();
  const drafts = [
    createDiscussion(ben, second, { group }),
    addToDiscussion(ben, talk, { users: [dan] }),
    removeFromDiscussion(ben, talk, { user: cleo }),
  ];
  for (const draft of drafts) {
    const facts = { ...world.facts(draft), group: { kind: "unavailable" as const } };
    deepStrictEqual(world.offer(draft, facts), { kind: "not-now", reason: "Unavailable", retryAfterMs: 1 });
  }
  const message = newMessage(ben, talk);
  strictEqual(code(world.offer(message, { ...world.facts(message), group: { kind: "unavailable" } })), "accepted");
  const owners = removeFromDiscussion(ann, talk, { user: cleo });
  strictEqual(code(world.offer(owners, { ...world.facts(owners), group: { kind: "unavailable" } })), "accepted");
});

Deno.test("[FACT1] whose shard does not answer is skipped as Unavailable", () => {
  const world = scene();
  const draft = addToDiscussion(ann, talk, { users: [dan, eve] });
  const facts = { ...world.facts(draft), users: new Map([[dan, { kind: "unavailable" as const }]]) };
  deepStrictEqual(world.offer(draft, facts), {
    kind: "rejected",
    code: "NobodyAddable",
    field: "body.users",
    detail: { skipped: [{ user: dan, code: "Unavailable" }, { user: eve, code: "NotAddable" }] },
  });
});

Deno.test("[DISC4] any member adds people of the group", () => {
  const world = scene();
  const added = world.accept(addToDiscussion(ben, talk, { users: [dan, cleo, eve], historyFrom: "now" }));
  deepStrictEqual(added.decided.skipped, [{ user: cleo, code: "NotAddable" }, { user: eve, code: "NotAddable" }]);
  deepStrictEqual(currentInterval(world.discussion(talk), dan), {
    from: added.seq,
    historyFrom: added.seq,
    role: "member",
  });
  strictEqual(code(world.offer(addToDiscussion(ben, talk, { users: [dan, cleo] }))), "NoChange");
  strictEqual(code(world.offer(addToDiscussion(eve, talk, { users: [dan] }))), "NotFound");
});

Deno.test("[DISC2] who has left the group adds nobody, also before the removal has come", () => {
  const world = scene();
  world.accept(removeFromGroup(ann, group, { user: ben }));
  strictEqual(code(world.offer(addToDiscussion(ben, talk, { users: [dan] }))), "NotMember");
});

Deno.test("[VIS1] nobody grants more history than they see; the owner may", () => {
  const world = scene();
  for (let i = 0; i < 3; i++) world.accept(newMessage(ann, talk));
  const { seq: addedAt } = world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" }));
  world.accept(addToGroup(ann, group, { users: [eve] }));
  for (const historyFrom of ["all", 1, addedAt - 1, addedAt + 2, 1_000] as const) {
    const draft = addToDiscussion(dan, talk, {
      users: [eve],
      historyFrom: typeof historyFrom === "number" ? seq(historyFrom) : historyFrom,
    });
    deepStrictEqual(world.offer(draft), { kind: "rejected", code: "HistoryNotYours", field: "body.historyFrom" });
  }
  for (const historyFrom of ["now", addedAt, seq(addedAt + 1)] as const) {
    const copy = world.clone();
    copy.accept(addToDiscussion(dan, talk, { users: [eve], historyFrom }));
    const first = currentInterval(copy.discussion(talk), eve)?.historyFrom;
    strictEqual(first, historyFrom === "now" ? addedAt + 1 : historyFrom);
  }
  // What is yet to come is nobody's to grant, not even of who owns the group too.
  strictEqual(code(world.offer(addToDiscussion(ann, talk, { users: [eve], historyFrom: seq(99) }))), "HistoryNotYours");
  strictEqual(code(world.offer(addToDiscussion(ann, talk, { users: [eve], historyFrom: "all" }))), "accepted");
});

Deno.test("[VIS1] what a former stay let see counts only if nothing lies between", () => {
  const world = scene();
  world.accept(leaveDiscussion(ben, talk));
  world.accept(newMessage(ann, talk));
  const back = world.accept(addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }));
  strictEqual(code(world.offer(addToDiscussion(ben, talk, { users: [dan], historyFrom: "all" }))), "HistoryNotYours");
  strictEqual(code(world.offer(addToDiscussion(ben, talk, { users: [dan], historyFrom: back.seq }))), "accepted");
});

Deno.test("[DISC4] the owner removes members, and the group's owner does; nobody else, and not themselves", () => {
  const world = scene();
  const remove = (actor: typeof ann, user: typeof ann) => world.offer(removeFromDiscussion(actor, talk, { user }));
  strictEqual(code(remove(ben, cleo)), "Forbidden");
  strictEqual(code(remove(ann, ann)), "Forbidden");
  strictEqual(code(remove(ann, dan)), "NotFound");
  strictEqual(code(remove(ann, cleo)), "accepted");
  strictEqual(code(remove(ann, cleo)), "NoChange");
  world.accept(createDiscussion(ben, second, { group, members: [ann, cleo] }));
  strictEqual(code(world.offer(removeFromDiscussion(ann, second, { user: ben }))), "Forbidden");
  const byRight = world.accept(removeFromDiscussion(ann, second, { user: cleo }));
  deepStrictEqual(byRight.decided, { right: "group-owner", basis: [{ stream: group, seq: world.group(group).seq }] });
});

Deno.test("[FACT2] a removal that names another stay than the present one is superseded", () => {
  const world = scene();
  world.accept(leaveDiscussion(ben, talk));
  const { seq: since } = world.accept(addToDiscussion(ann, talk, { users: [ben] }));
  deepStrictEqual(world.offer(removeFromDiscussion("system", talk, { user: ben, since: seq(1) })), {
    kind: "rejected",
    code: "Superseded",
    field: "body.since",
    detail: { since },
  });
  strictEqual(code(world.offer(removeFromDiscussion("system", talk, { user: ben, since }))), "accepted");
  strictEqual(code(world.offer(removeFromDiscussion("system", talk, { user: ben, since }))), "NoChange");
});

Deno.test("[FACT2] a discussion that loses its owner passes to the eldest member, and at last closes", () => {
  const world = scene();
  world.accept(leaveDiscussion(ben, talk));
  world.accept(addToDiscussion(ann, talk, { users: [ben] }));
  world.accept(leaveDiscussion(ann, talk));
  strictEqual(world.discussion(talk).owner, cleo);
  strictEqual(currentInterval(world.discussion(talk), cleo)?.role, "owner");
  world.accept(removeFromDiscussion("system", talk, { user: cleo }));
  strictEqual(world.discussion(talk).owner, ben);
  world.accept(leaveDiscussion(ben, talk));
  const { owner, closed } = world.discussion(talk);
  deepStrictEqual({ owner, closed, members: membersNow(world.discussion(talk)) }, {
    owner: null,
    closed: true,
    members: [],
  });
  strictEqual(code(world.offer(newMessage(ben, talk))), "NotMember");
  strictEqual(code(world.offer(newMessage(eve, talk))), "NotFound");
  strictEqual(code(world.offer(removeFromDiscussion("system", talk, { user: ben }))), "NoChange");
});

Deno.test("[FACT2] a discussion's adds and removals tell each person, in the person's own stream and shard", () => {
  const world = scene();
  const created = world.log(talk)[0]!;
  const told = effects(created, world.discussion(talk));
  deepStrictEqual(
    told.map(({ stream, type, body }) => ({ stream, type, body })),
    [ann, ben, cleo].map((user) => ({
      stream: user,
      type: "added-to",
      body: { stream: talk, seq: 1, group, groupSeq: 1, by: ann },
    })),
  );
  for (const { id, stream } of told) {
    strictEqual(shardOf(id), shardOf(stream));
    strictEqual(idVersion(id), 8);
  }
  strictEqual(new Set(told.map(({ id }) => id)).size, 3);
  deepStrictEqual(effects(created, world.discussion(talk)), told);
  for (const draft of [leaveDiscussion(cleo, talk), removeFromDiscussion(ann, talk, { user: ben })]) {
    const user = draft.type === "leave" ? cleo : ben;
    const gone = world.accept(draft);
    const answers = effects(gone, world.discussion(talk));
    deepStrictEqual(answers.map(({ stream, type, body }) => [stream, type, body]), [
      [user, "removed-from", { stream: talk, seq: gone.seq }],
    ]);
  }
  deepStrictEqual(effects(world.accept(newMessage(ann, talk)), world.discussion(talk)), []);
});

Deno.test("[DISC1] messages count, other changes of them do not", () => {
  const world = scene();
  for (let i = 0; i < 3; i++) world.accept(newMessage(ann, talk));
  world.accept(addToDiscussion(ann, talk, { users: [dan] }));
  strictEqual(world.discussion(talk).messages, 3);
  strictEqual(world.discussion(talk).seq, 5);
  strictEqual(isMember(world.discussion(talk), dan), true);
});
