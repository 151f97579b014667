import { incarnation } from "@gatz/domain";
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import { type Move, moves, PEOPLE, TALKS } from "../../packages/domain/testing/chat.ts";
import { blockUser, unblockUser } from "../../packages/domain/testing/drafts.ts";
import { ListDevice } from "./list_device.ts";
import { ListWorld } from "./list_world.ts";

const number = fc.nat({ max: 59 });
/** Mostly of what messages are made of. */
const talk = fc.tuple(moves(4), fc.infiniteStream(fc.constantFrom("say", "say", "edit", "react", "delete"))).map(
  ([moves, kinds]) =>
    ({ kind: "moves", moves: moves.map((move): Move => ({ ...move, kind: kinds.next().value })) }) as const,
);
const steps = fc.oneof(
  { weight: 6, arbitrary: moves(4).map((moves) => ({ kind: "moves", moves }) as const) },
  { weight: 6, arbitrary: talk },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("mark"),
      talk: fc.constantFrom(...TALKS),
      at: fc.nat(40),
      isUnread: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("notify"),
      talk: fc.constantFrom(...TALKS),
      level: fc.constantFrom("all", "mentions", "none"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("block"), user: fc.constantFrom(...PEOPLE), on: fc.boolean() }),
  },
  // From here on all is certain that can be.
  { weight: 3, arbitrary: fc.constant({ kind: "calm" }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("frame"), size: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lose"), size: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("server"),
      n: number,
      what: fc.constantFrom("look", "look", "arrive", "arrive", "lose"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("time"), n: number }) },
  { weight: 3, arbitrary: fc.constant({ kind: "write" }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "cut" }, { kind: "crash" }) },
  { weight: 2, arbitrary: fc.constant({ kind: "connect" }) },
);
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

async function run(step: Step, { world, device }: { world: ListWorld; device: ListDevice }): Promise<void> {
  switch (step.kind) {
    case "moves":
      return step.moves.forEach((move) => world.play(move));
    case "mark":
      return world.mark({ discussion: step.talk, at: step.at, isUnread: step.isUnread });
    case "notify":
      return world.notify(step.talk, step.level);
    case "block":
      return world.offer(step.on ? blockUser(world.viewer, step.user) : unblockUser(world.viewer, step.user));
    case "calm":
      return await device.quiet();
    case "frame":
      return await device.frame(step.size);
    case "lose":
      return await device.frame(step.size, { lose: true });
    case "server":
      return await device.server(step.n, step.what);
    case "time":
      return await device.time(step.n);
    case "write":
      return await device.write();
    case "cut":
      return await device.cut();
    case "crash":
      return await device.crash();
    case "connect":
      return await device.connect();
  }
}

/** An answer that is ahead of the feed, and knows nothing yet of a block that the feed tells of first. */
const BLOCKED_MEANWHILE: Step[] = [
  { kind: "moves", moves: [{ kind: "say", actor: 14, place: 5, other: 0, pick: 0 }] },
  { kind: "frame", size: 1 },
  { kind: "server", n: 0, what: "arrive" },
  { kind: "server", n: 0, what: "arrive" },
  { kind: "time", n: 21 },
  { kind: "server", n: 0, what: "look" },
  { kind: "block", user: PEOPLE[2], on: true },
];

Deno.test("[USR3] [READ2] [VIS4] [BLK1] whatever comes late, lost or in any order, when all is quiet the lists are the server's", async () => {
  let rows = 0;
  const law = fc.asyncProperty(
    fc.constantFrom(...PEOPLE.slice(0, 3)),
    fc.array(steps, { maxLength: 80, size: "max" }),
    async (viewer, script) => {
      const world = new ListWorld(viewer, incarnation("a life"));
      const device = await ListDevice.start(world);
      await device.connect();
      for (const step of script) await run(step, { world, device });
      await device.quiet();
      const { discussions, groups } = device.lists;
      deepStrictEqual(discussions.snapshot().rows, world.rows());
      deepStrictEqual(groups.snapshot().rows, world.groups());
      ok(discussions.snapshot().isWhole && groups.snapshot().isWhole);
      rows += discussions.snapshot().rows.length;
      device.lists.close();
    },
  );
  await fc.assert(law, { numRuns: 150, examples: [[PEOPLE[1], BLOCKED_MEANWHILE]] });
  ok(rows > 300, `${rows}`);
});
