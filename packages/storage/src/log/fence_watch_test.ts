import assert from "node:assert/strict";
import { until } from "@gatz/testing/eventually.ts";
import { position, rev, type ShardNumber, shardNumber } from "@gatz/domain";
import { FenceWatch, type Watched } from "./fence_watch.ts";
import type { Fence } from "./fences.ts";

const FENCE: Fence = { epoch: 1, position: position(0), rev: rev(0), owner: null };
/** How often fences are looked at: those of shards that others write, and those of one's own. */
const LOOK_MS = { foreign: 50, own: 250 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Seen extends Watched {
  learned: number;
  looked: number;
}

function shard(n: number, { isWrittenHere = false, look = () => Promise.resolve() } = {}): Seen {
  const seen: Seen = {
    ...{ shard: shardNumber(n), learned: 0, looked: 0, isWrittenHere: () => isWrittenHere },
    learn: () => seen.learned++,
    look: () => {
      seen.looked++;
      return look();
    },
  };
  return seen;
}

Deno.test("[LOG3] the shards that others write are asked for together, those that are written here seldom", async () => {
  const asked: (readonly ShardNumber[])[] = [];
  const watch = new FenceWatch({
    readTogether: (shards) => {
      asked.push(shards);
      return Promise.resolve(new Map(shards.map((shard) => [shard, FENCE])));
    },
  });
  const foreign = Array.from({ length: 20 }, (_, n) => shard(n));
  const own = shard(20, { isWrittenHere: true });
  const begun = performance.now();
  for (const one of [...foreign, own]) watch.add(one);
  await until(() => own.learned >= 2);
  watch.close();
  const atMost = (everyMs: number) => 1 + (performance.now() - begun) / everyMs;
  assert.ok(asked.length >= 2 && asked.length <= atMost(LOOK_MS.foreign), `${asked.length} questions`);
  for (const one of foreign) assert.equal(one.learned, asked.length);
  assert.ok(own.learned <= atMost(LOOK_MS.own), `${own.learned}`);
});

Deno.test("[SHARD2] where they can't be read together each is looked at alone, and one that never answers hides no other", async () => {
  const watch = new FenceWatch({ readTogether: () => Promise.reject(new Error("one of them is stuck")) });
  const stuck = shard(0, { look: () => new Promise(() => {}) });
  const well = shard(1);
  watch.add(stuck);
  watch.add(well);
  await until(() => well.looked >= 3);
  watch.close();
  assert.equal(stuck.looked, 1, "it is being looked at all the time");
});

Deno.test("[LOG3] who is told of news looks at once, once more if it comes meanwhile, and not for each of many", async () => {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const watch = new FenceWatch({
    foreignMs: 3_600_000, // so that whatever comes was told of
    readTogether: async (shards) => {
      asked.push(performance.now());
      const { promise, resolve } = Promise.withResolvers<void>();
      answers.push(resolve);
      await promise;
      return new Map(shards.map((shard) => [shard, FENCE]));
    },
  });
  watch.add(shard(0));
  await until(() => asked.length === 1);
  for (let n = 0; n < 100; n++) watch.hint();
  answers.shift()!(); // it was asked
  await until(() => asked.length === 2);
  assert.ok(asked[1]! - asked[0]! >= 9, "not at once after the last");
  answers.shift()!();
  await pause(30);
  assert.equal(asked.length, 2, "a hundred times told is told once");
  watch.hint();
  await until(() => asked.length === 3);
  watch.close();
  answers.shift()!();
});

Deno.test("[LOG3] nobody follows, nobody asks", async () => {
  let asked = 0;
  const watch = new FenceWatch({
    readTogether: () => Promise.resolve(new Map<ShardNumber, Fence>([[shardNumber(++asked), FENCE]])),
  });
  const one = shard(0);
  watch.add(one);
  await pause(60);
  watch.remove(one);
  await pause(20);
  const before = asked;
  await pause(150);
  assert.equal(asked, before);
  watch.close();
});
