import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { blockUser, endAccount } from "../../testing/drafts.ts";
import { createDirect } from "../../testing/group_drafts.ts";
import { groupId } from "../../testing/ids.ts";
import { ann, ben, cleo, code, dan, nobody, scene } from "../../testing/scene.ts";
import { idVersion, shardOf } from "../ids.ts";
import { isMember } from "../membership.ts";
import { directCreateId, directGroupId } from "./direct.ts";

Deno.test("[GRP1] a direct group's id follows from the two, whoever asks, and lies on the smaller one's shard", () => {
  const smaller = ann < cleo ? ann : cleo;
  strictEqual(directGroupId(ann, cleo), directGroupId(cleo, ann));
  strictEqual(directCreateId(ann, cleo), directCreateId(cleo, ann));
  for (const id of [directGroupId(ann, cleo), directCreateId(ann, cleo)]) {
    deepStrictEqual([shardOf(id), idVersion(id)], [shardOf(smaller), 8]);
  }
  notStrictEqual(directGroupId(ann, cleo), directGroupId(ann, ben));
});

Deno.test("[GRP1] it is made once, whoever comes first", () => {
  const world = scene();
  const { stream } = world.accept(createDirect(cleo, ann));
  strictEqual(code(world.offer(createDirect(cleo, ann))), "duplicate");
  strictEqual(code(world.offer(createDirect(ann, cleo))), "EventIdReused", "the same id, by the other");
  strictEqual(world.log(stream).length, 1);
});

Deno.test("[GRP1] it is of both also if one blocks the other before they hear of it; but not after an account's end", () => {
  const world = scene();
  const { stream } = world.accept(createDirect(ann, cleo));
  world.accept(blockUser(cleo, ann));
  const gone = world.accept(createDirect(ann, dan)).stream;
  world.accept(endAccount(dan));
  world.deliverAll();
  deepStrictEqual([isMember(world.group(stream), ann), isMember(world.group(stream), cleo)], [true, true]);
  strictEqual(world.user(cleo).inbox[stream]?.streams[stream]?.ended, undefined);
  deepStrictEqual([isMember(world.group(gone), ann), isMember(world.group(gone), dan)], [true, false]);
});

Deno.test("[GRP1] it is of two who can be brought together, at their own id", () => {
  const world = scene();
  const draft = createDirect(ann, ben);
  for (const members of [[], [ben, cleo], [ann], [cleo]]) {
    strictEqual(code(world.offer({ ...draft, body: { ...draft.body, members } })), "Malformed");
  }
  strictEqual(code(world.offer({ ...draft, stream: groupId(77) })), "Malformed");
  strictEqual(code(world.offer(createDirect(ann, nobody))), "NobodyAddable");
  const facts = { ...world.facts(draft), users: new Map() };
  strictEqual(code(world.offer(draft, facts)), "not-now", "Ben's shard does not answer");
  world.accept(blockUser(ben, ann));
  for (const blocked of [draft, createDirect(ben, ann)]) strictEqual(code(world.offer(blocked)), "NobodyAddable");
  world.accept(endAccount(dan));
  strictEqual(code(world.offer(createDirect(ann, dan))), "NobodyAddable");
  strictEqual(code(world.offer(createDirect(dan, ann))), "AccountEnded");
});
