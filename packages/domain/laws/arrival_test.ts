/** What somebody does is known in their own stream by an event whose id is known as soon as they do it. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { arrivalOf } from "../src/arrival.ts";
import { effects } from "../src/effects.ts";
import type { Draft } from "../src/events.ts";
import { isUserStream } from "../src/streams.ts";
import { moves, played } from "../testing/chat.ts";
import { createDirect, createInvite, joinByInvite } from "../testing/group_drafts.ts";
import { endAccount } from "../testing/drafts.ts";
import { ann, dan, eve, group, scene } from "../testing/scene.ts";
import type { World } from "../testing/world.ts";

/** For each event the effects on its actor's own stream, and what was expected to come there. */
function assertArrivals(world: World): number {
  let told = 0;
  for (const stream of world.streams) {
    if (isUserStream(stream)) continue;
    for (const event of world.log(stream)) {
      const { actor } = event;
      if (actor === "system") continue;
      const onOwn: readonly Draft[] = effects(event, world.folded(stream).state!).filter((effect) =>
        effect.stream === actor
      );
      deepStrictEqual([arrivalOf(event, actor) ?? []].flat(), onOwn.map(({ id }) => id), `${event.type} by ${actor}`);
      told += onOwn.length;
    }
  }
  return told;
}

Deno.test("[SHARD3] what an event does in its actor's own stream has the id that was foretold, and nothing else is foretold", () => {
  let told = 0;
  fc.assert(fc.property(moves(60), (chat) => void (told += assertArrivals(played(chat)))), { numRuns: 60 });
  ok(told > 60, `${told}`);
});

Deno.test("[GRP3] so it is for who joins by an invite, begins a group of two, or ends their account", () => {
  const world = scene();
  const invite = world.accept(createInvite(ann, group));
  world.accept(joinByInvite(eve, group, invite.id));
  world.accept(createDirect(ann, dan));
  ok(assertArrivals(world) >= 3);
  const end = endAccount(eve);
  deepStrictEqual(arrivalOf(end, eve), end.id);
});
