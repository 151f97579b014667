import { type LogEvent, membersNow, position, shardOf, type StreamState } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { Delivery } from "../../apps/server/src/live/delivery.ts";
import { NewestStates } from "../../apps/server/src/live/signals/newest_states.ts";
import { addToDiscussion, removeFromDiscussion } from "../../packages/domain/testing/drafts.ts";
import { ann, ben, cleo, dan, scene, talk } from "../../packages/domain/testing/scene.ts";

/** A discussion, and a source of its states that answers when it is told to. */
function discussion({ isFollowed = () => true }: { isFollowed?: () => boolean } = {}) {
  const world = scene();
  const answers: PromiseWithResolvers<StreamState | null>[] = [];
  const state = () => world.discussion(talk);
  const read = () => {
    const answer = Promise.withResolvers<StreamState | null>();
    answers.push(answer);
    return answer.promise;
  };
  const states = new NewestStates({ source: { state: read }, isFollowed });
  const hand = (event: LogEvent) => states.handed(new Delivery(shardOf(talk), position(event.seq), event, state()));
  return { world, states, answers, state, hand };
}

Deno.test("[LIVE6] [LIVE7] who was removed while the members were being read is none of them", async () => {
  const { world, states, answers, state, hand } = discussion();
  const asked = states.of(talk);
  const before = state();
  hand(world.accept(removeFromDiscussion(ann, talk, { user: cleo })));
  answers[0]!.resolve(before);
  assert.deepEqual(membersNow((await asked)!), [ann, ben].sort());
});

Deno.test("[LIVE6] [LIVE7] members are asked for once, together, and followed from then on", async () => {
  const { world, states, answers, state, hand } = discussion();
  const both = [states.of(talk), states.of(talk)];
  answers[0]!.resolve(state());
  await Promise.all(both);
  hand(world.accept(addToDiscussion(ann, talk, { users: [dan] })));
  hand(world.accept(removeFromDiscussion(ann, talk, { user: ben })));
  assert.deepEqual(membersNow((await states.of(talk))!), [ann, cleo, dan].sort());
  assert.equal(answers.length, 1);
});

Deno.test("[LIVE6] [LIVE7] what was read before the hub follows the shard is not kept: a removal in between is told by nobody", async () => {
  let follows = false;
  const { world, states, answers, state } = discussion({ isFollowed: () => follows });
  const early = states.of(talk);
  answers[0]!.resolve(state());
  assert.ok(membersNow((await early)!).includes(cleo));
  world.accept(removeFromDiscussion(ann, talk, { user: cleo }));
  follows = true;
  const now = states.of(talk);
  answers[1]!.resolve(state());
  assert.deepEqual(membersNow((await now)!), [ann, ben].sort());
  assert.deepEqual(membersNow((await states.of(talk))!), [ann, ben].sort());
  assert.equal(answers.length, 2);
});

Deno.test("[LIVE7] what could not be read is asked for again, and what does not exist is kept by nobody", async () => {
  const { states, answers, state } = discussion();
  const failed = states.of(talk);
  answers[0]!.reject(new Error("down"));
  await assert.rejects(failed, /down/);
  const missing = states.of(talk);
  answers[1]!.resolve(null);
  assert.equal(await missing, null);
  const found = states.of(talk);
  answers[2]!.resolve(state());
  assert.equal((await found)?.seq, 1);
});
