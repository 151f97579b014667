import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as draft from "../testing/discussion_drafts.ts";
import { addToDiscussion, deleteMessage, newMessage } from "../testing/drafts.ts";
import { holding } from "../testing/holder.ts";
import { ann, ben, cleo, dan, say, scene, talk } from "../testing/scene.ts";
import { stateFor } from "./state_for.ts";

Deno.test("[MOD2] a moderator who does not see all holds no flags: one can be answered by deleting what they do not see", () => {
  const world = scene();
  const early = say(world);
  world.accept(addToDiscussion(ann, talk, { users: [dan], historyFrom: "now" }));
  world.accept(draft.setRole(ann, talk, { user: dan, role: "moderator" }));
  const late = world.accept(newMessage(ben, talk)).id;
  const { id: flag } = world.accept(draft.flag(cleo, talk, { target: late }));
  deepStrictEqual(stateFor(ann, world.discussion(talk)).flags?.map(({ id }) => id), [flag]);
  strictEqual(stateFor(dan, world.discussion(talk)).flags, undefined);
  world.accept(deleteMessage(ann, talk, { target: early, flag }));
  strictEqual(world.discussion(talk).flags, undefined);
  for (const viewer of [ann, dan]) {
    const last = [...holding(world.log(talk), { viewer })].at(-1)!; // both are in it
    deepStrictEqual(stateFor(viewer, last.held), stateFor(viewer, world.discussion(talk)));
  }
});
