import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Proposal } from "../src/events.ts";
import type { Outcome } from "../src/outcome.ts";
import { newMessage } from "../testing/drafts.ts";
import { ann, say, scene, talk } from "../testing/scene.ts";
import type { World } from "../testing/world.ts";
import { moves, newWorld, proposalOf } from "../testing/chat.ts";

/** All proposals of a chat, with the world they were played in; effects are delivered at once. */
function record(
  chat: Parameters<typeof proposalOf>[0][],
): { proposals: Proposal[]; world: World; outcomes: Outcome[] } {
  const world = newWorld();
  world.deliverAll();
  const proposals: Proposal[] = [];
  const outcomes: Outcome[] = [];
  for (const move of chat) {
    const proposal = proposalOf(move, world);
    if (proposal === null) continue;
    proposals.push(proposal);
    outcomes.push(world.offer(proposal));
    world.deliverAll();
  }
  return { proposals, world, outcomes };
}

function logs(world: World) {
  return Object.fromEntries(world.streams.map((stream) => [stream, world.log(stream)]));
}

Deno.test("[LOG2] retries, duplicates and permutations of them change nothing", () => {
  const chats = moves(40);
  fc.assert(
    fc.property(chats, fc.infiniteStream(fc.nat()), (chat, random) => {
      const { proposals, world, outcomes } = record(chat);
      const next = () => random.next().value as number; // an endless stream always has a next
      const again = newWorld();
      again.deliverAll();
      const firstAcks = new Map<Proposal, Outcome>();
      for (const [i, proposal] of proposals.entries()) {
        strictEqual(again.offer(proposal).kind, outcomes[i]!.kind);
        if (outcomes[i]!.kind === "accepted") firstAcks.set(proposal, outcomes[i]!);
        again.deliverAll();
        // A few of the earlier ones once more, in any order; those that were refused are not offered again, as they may fit now.
        const known = [...firstAcks.keys()];
        for (let n = known.length === 0 ? 0 : next() % 4; n > 0; n--) {
          const retried = known[next() % known.length]!;
          deepStrictEqual(again.offer(structuredClone(retried)), { ...firstAcks.get(retried)!, kind: "duplicate" });
          again.deliverAll();
        }
      }
      deepStrictEqual(unstamped(logs(again)), unstamped(logs(world)));
    }),
    { numRuns: 40 },
  );
});

/** The two worlds register and create with drafts of their own; only what followed is the same to the id. */
function unstamped(logs: Record<string, readonly { type: string; seq: number; body: unknown }[]>) {
  return Object.entries(logs).map(([stream, log]) => [
    stream,
    log.map(({ type, seq, body }) => ({ type, seq, ...(type !== "register" && { body }) })),
  ]);
}

Deno.test("[LOG2] a retried draft returns the first ack, whatever has happened since; other content with its id does not pass", () => {
  const world = scene();
  const draft = newMessage(ann, talk, { text: "once" });
  const ack = world.offer(draft);
  say(world);
  deepStrictEqual(world.offer(draft), { ...ack, kind: "duplicate" });
  deepStrictEqual(world.offer({ ...draft, body: { ...draft.body, text: "twice" } }), {
    kind: "rejected",
    code: "EventIdReused",
  });
  strictEqual(world.log(talk).length, 3);
});
