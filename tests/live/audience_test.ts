import { strict as assert } from "node:assert";
import { type DiscussionId, type LogEvent, type UserId } from "@gatz/domain";
import * as drafts from "../../packages/domain/testing/drafts.ts";
import { discussionId, groupId, userId } from "../../packages/domain/testing/ids.ts";
import { covered } from "../../packages/domain/testing/naive_model.ts";
import { World } from "../../packages/domain/testing/world.ts";
import { amongThem, audience } from "../../apps/server/src/live/audience.ts";

const [ann, ben, cyd]: [UserId, UserId, UserId] = [userId(1), userId(2), userId(3)];
const talk: DiscussionId = discussionId(4);

Deno.test("[LIVE2] an event goes to who is a member at it, or is removed by it, also by a newer state", () => {
  const world = new World();
  const group = groupId(5);
  for (const user of [ann, ben, cyd]) world.accept(drafts.register(user));
  world.accept(drafts.createGroup(ann, group, [ben, cyd]));
  const states = [];
  const happens: Parameters<World["accept"]>[0][] = [
    drafts.createDiscussion(ann, talk, { group, members: [ben, cyd] }),
    drafts.leaveDiscussion(cyd, talk),
    drafts.removeFromDiscussion(ann, talk, { user: ben }),
    drafts.newMessage(ann, talk),
    drafts.addToDiscussion(ann, talk, { users: [cyd], historyFrom: "all" }),
    drafts.newMessage(ann, talk),
    drafts.addToDiscussion(ann, talk, { users: [ben], historyFrom: "now" }),
    drafts.leaveDiscussion(ben, talk),
    drafts.newMessage(cyd, talk),
  ];
  for (const each of happens) {
    world.accept(each);
    states.push(world.discussion(talk));
  }
  const log: readonly LogEvent[] = world.log(talk);
  for (const event of log) {
    // Who sees an event right after it, as if all history were hidden, is who it goes to.
    const upTo = log.slice(0, event.seq).map((each) =>
      each.type === "add-members" ? { ...each, body: { ...each.body, historyFrom: "now" as const } } : each
    ) as LogEvent[];
    const wanted = [ann, ben, cyd].filter((user) => covered(upTo, user).has(event.seq));
    for (const state of states.slice(event.seq - 1)) {
      assert.deepEqual([...audience(event, state)].sort(), wanted.sort(), `${event.type} ${event.seq} at ${state.seq}`);
    }
  }
});

Deno.test("[LIVE2] who listens is found from either side", () => {
  const feeds = new Map([[ann, "ann's"], [cyd, "cyd's"]]);
  assert.deepEqual([...amongThem([ben, cyd], feeds)], ["cyd's"]);
  assert.deepEqual([...amongThem([ann, ben, cyd], feeds)], ["ann's", "cyd's"]);
  assert.deepEqual([...amongThem([ann, ben, cyd], new Map([[ben, "ben's"]]))], ["ben's"]);
  assert.deepEqual([...amongThem([], feeds)], []);
});
