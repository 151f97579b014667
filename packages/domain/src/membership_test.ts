import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { memberCount, membersNow, seesSeq, visibleRanges } from "./membership.ts";
import { seq } from "./scalars.ts";
import type { Interval } from "./state.ts";
import { addToDiscussion, leaveDiscussion, newMessage } from "../testing/drafts.ts";
import { ann, ben, cleo, scene, talk } from "../testing/scene.ts";

const HEAD = seq(20);

const stays = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 25 }),
    fc.integer({ min: 1, max: 25 }),
    fc.option(fc.integer({ min: 1, max: 25 })),
  ),
  { maxLength: 5 },
).map((raw) =>
  raw.map(([from, historyFrom, left]): Interval => ({
    from: seq(from),
    historyFrom: seq(historyFrom),
    role: "member",
    ...(left !== null && { left: seq(left) }),
  }))
);

Deno.test("[VIS1] the visible ranges are exactly the seqs that some stay lets see, merged and ascending", () => {
  fc.assert(fc.property(stays, (intervals) => {
    const ranges = visibleRanges(intervals, HEAD);
    const inRanges = ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    const byDefinition = Array.from({ length: HEAD }, (_, i) => i + 1)
      .filter((at) => intervals.some(({ historyFrom, left = Infinity }) => historyFrom <= at && at <= left));
    deepStrictEqual(inRanges, byDefinition);
    for (let i = 1; i < ranges.length; i++) strictEqual(ranges[i]!.from > ranges[i - 1]!.to + 1, true);
    deepStrictEqual(
      byDefinition,
      Array.from({ length: HEAD }, (_, i) => i + 1).filter((at) => seesSeq(intervals, seq(at))),
    );
  }));
});

Deno.test("[VIS1] who is a member now is known by stays, in the order of ids", () => {
  const world = scene();
  deepStrictEqual(membersNow(world.discussion(talk)), [ann, ben, cleo].sort());
  world.accept(leaveDiscussion(ben, talk));
  deepStrictEqual(membersNow(world.discussion(talk)), [ann, cleo].sort());
  world.accept(addToDiscussion(ann, talk, { users: [ben] }));
  strictEqual(memberCount(world.discussion(talk)), 3);
});

Deno.test("[VIS1] a message leaves the member list, and what is derived from it, as they are", () => {
  const world = scene();
  const before = world.discussion(talk);
  world.accept(newMessage(ann, talk));
  strictEqual(world.discussion(talk).members, before.members);
  strictEqual(membersNow(world.discussion(talk)), membersNow(before));
});
