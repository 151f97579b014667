import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ban, unban } from "../testing/discussion_drafts.ts";
import {
  addToDiscussion,
  addToGroup,
  blockUser,
  createDiscussion,
  endAccount,
  unblockUser,
} from "../testing/drafts.ts";
import { discussionId } from "../testing/ids.ts";
import { ann, ben, cleo, code, dan, eve, group, scene, talk } from "../testing/scene.ts";
import { unixMs } from "./scalars.ts";

Deno.test("[BLK1] neither side of a block adds the other, or begins a discussion with them; others are added", () => {
  for (const [blocker, blocked] of [[ann, dan], [dan, ann]] as const) {
    const world = scene();
    world.accept(blockUser(blocker, blocked));
    strictEqual(code(world.offer(addToDiscussion(ann, talk, { users: [dan] }))), "NobodyAddable");
    const begun = world.accept(createDiscussion(ann, discussionId(9), { group, members: [dan, ben] }));
    deepStrictEqual(begun.decided.skipped, [{ user: dan, code: "NotAddable" }]);
    world.accept(addToDiscussion(ben, talk, { users: [dan] }));
  }
});

Deno.test("[BLK1] a block that was taken back is none", () => {
  const world = scene();
  world.accept(blockUser(eve, ann));
  strictEqual(code(world.offer(addToGroup(ann, group, { users: [eve] }))), "NobodyAddable");
  world.accept(unblockUser(eve, ann));
  world.accept(addToGroup(ann, group, { users: [eve] }));
});

Deno.test("[MOD1] who is banned is not added until the ban is over or taken back", () => {
  const world = scene();
  world.accept(ban(ann, talk, { user: cleo, until: unixMs(world.now + 3) }));
  world.accept(ban(ann, talk, { user: ben }));
  strictEqual(code(world.offer(addToDiscussion(ann, talk, { users: [cleo, ben] }))), "NobodyAddable");
  world.accept(unban(ann, talk, ben));
  world.accept(addToDiscussion(ann, talk, { users: [ben] }));
  world.accept(addToDiscussion(ann, talk, { users: [cleo] }));
});

Deno.test("[FACT1] [USR4] who can't be asked whom they block adds nobody; whose account is over begins nothing", () => {
  const world = scene();
  const adding = addToGroup(ann, group, { users: [eve] });
  const { actor: _, ...unknown } = world.facts(adding);
  strictEqual(code(world.offer(adding, unknown)), "not-now");
  world.accept(endAccount(eve));
  strictEqual(code(world.offer(adding)), "NobodyAddable");
  world.accept(endAccount(dan));
  strictEqual(code(world.offer(createDiscussion(dan, discussionId(9), { group }))), "AccountEnded");
});
