/** What a bundle brings along decides nothing about the discussion that it is for. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { join, lock } = await import("../../packages/domain/testing/discussion_drafts.ts");
  const { discussionId, groupId } = await import("../../packages/domain/testing/ids.ts");
  const { unixMs } = await import("@gatz/domain");
  const { Town } = await import("./town.ts");

  Deno.test("[DISC4] [VIS3] who owns another group has no rights by it, also with a `create` of it in the same bundle", async () => {
    await using town = await Town.start({ people: 3, shards: 1 });
    const [ann, ben, cyd] = town.users;
    assert.ok(ann && ben && cyd);
    const [anns, bens, cyds] = [groupId(800_001, 0), groupId(800_002, 0), groupId(800_003, 0)];
    const talk = discussionId(800_004, 0);
    await town.accepted(drafts.createGroup(ann, anns, [ben]));
    await town.accepted(drafts.createGroup(ben, bens, [cyd]));
    await town.accepted(drafts.createGroup(cyd, cyds, []));
    const window = { until: unixMs(Date.now() + 3_600_000), historyFrom: "all" as const };
    await town.accepted(drafts.createDiscussion(ann, talk, { group: anns, members: [ben], join: window }));
    const offered = async (...bundle: Parameters<typeof town.storage.offer>[1]) => {
      const outcomes = await town.storage.offer(talk, bundle, { deadlineMs: 5_000 });
      return outcomes.map((outcome) => outcome.kind === "rejected" ? outcome.code : outcome.kind);
    };
    const again = (group: typeof bens, actor: typeof ben) => drafts.createDiscussion(actor, talk, { group });
    assert.deepEqual(await offered(lock(ben, talk), again(bens, ben)), ["Forbidden"]);
    const add = drafts.addToDiscussion(ben, talk, { users: [cyd] });
    assert.deepEqual(await offered(add, again(bens, ben)), ["NobodyAddable"]);
    assert.deepEqual(await offered(join(cyd, talk), again(cyds, cyd)), ["NotFound"]);
  });
}
