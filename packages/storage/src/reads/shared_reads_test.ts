import assert from "node:assert/strict";
import { type ShardNumber, shardNumber } from "@gatz/domain";
import { deadlineIn } from "../postgres/deadline.ts";
import { LaneLost } from "../postgres/errors.ts";
import { SharedReads } from "./shared_reads.ts";

const SHARDS = Array.from({ length: 12 }, (_, n) => shardNumber(n));

/** What was asked over which connection: `part 1: 1 3 5`, or a shard's number for what went alone. */
function sharing({ places = 4 } = {}) {
  const uses: string[] = [];
  const reads = new SharedReads<string[]>({
    shards: SHARDS,
    places,
    use: async (part, work) => {
      const asked: string[] = [];
      const done = work(asked);
      uses.push(`part ${part}: ${asked.join(" ")}`);
      await done;
    },
    alone: async (shard, work) => {
      uses.push(String(shard));
      return await work([]);
    },
    isUnavailable: (error) => error instanceof LaneLost,
  });
  const read = <T>(shard: number, answer: (connection: string[]) => Promise<T>): Promise<T> =>
    reads.read(shardNumber(shard), (connection) => {
      connection.push(String(shard));
      return answer(connection);
    }, deadlineIn(2_000));
  const ask = (shards: readonly (number | ShardNumber)[]) =>
    Promise.all(shards.map((shard) => read(shard, () => Promise.resolve(shard))));
  const taken = () => uses.splice(0);
  return { read, ask, taken };
}

Deno.test("reads of one breath share a connection for each part of the shards; one by itself goes alone", async () => {
  const { ask, taken } = sharing();
  assert.deepEqual(await ask([0, 1, 2, 3, 4]), [0, 1, 2, 3, 4]);
  assert.deepEqual(taken(), ["part 0: 0 2 4", "part 1: 1 3"]);
  assert.deepEqual(await ask([7]), [7]);
  assert.deepEqual(taken(), ["7"]);
  assert.deepEqual(await ask([5, 5, 2]), [5, 5, 2]);
  assert.deepEqual(taken(), ["part 1: 5 5", "2"]);
});

Deno.test("[SHARD2] while a part's connection is in use, others go alone", async () => {
  const { read, ask, taken } = sharing({ places: 1 });
  const end = Promise.withResolvers<string>();
  const slow = read(0, () => end.promise);
  const other = read(1, () => Promise.resolve("quick"));
  assert.equal(await other, "quick");
  assert.deepEqual(await ask([2, 3]), [2, 3]);
  assert.deepEqual(taken(), ["part 0: 0 1", "2", "3"]);
  end.resolve("at last");
  assert.equal(await slow, "at last");
  await ask([2, 3]);
  assert.deepEqual(taken(), ["part 0: 2 3"]);
});

Deno.test("[SHARD2] behind a shard that is stuck nobody waits for long, and it shares nothing until it answers in time", async () => {
  const { read, ask, taken } = sharing({ places: 1 });
  const stuck = Promise.withResolvers<void>();
  /** One connection does one thing after the other; alone all but the stuck one are quick. */
  const behind = (shard: number) =>
    read(shard, async (connection) => {
      if (shard === 3 || connection.includes("3")) await stuck.promise;
      return shard;
    });
  const from = performance.now();
  const answers = [3, 4, 5].map(behind);
  assert.deepEqual(await Promise.all(answers.slice(1)), [4, 5]);
  assert.ok(performance.now() - from < 1_000);
  assert.deepEqual(taken(), ["part 0: 3 4 5", "3", "4", "5"]);
  assert.deepEqual(await Promise.all([behind(4), behind(5)]), [4, 5]);
  assert.deepEqual(taken(), ["4", "5"], "the connection is still stuck");
  stuck.resolve();
  assert.equal(await answers[0], 3);
  await ask([3]);
  await ask([3, 4, 5]);
  assert.deepEqual(taken(), ["3", "part 0: 3 4 5"]);
});

Deno.test("what a shard refuses is asked again alone; what is no refusal is thrown, and both leave the others alone", async () => {
  const { read, taken } = sharing({ places: 1 });
  let tries = 0;
  const lost = read(0, () => Promise.reject(++tries > 0 && new LaneLost("the connection was lost")));
  const wrong = read(1, () => Promise.reject(new RangeError("a bug")));
  const right = read(2, () => Promise.resolve("right"));
  await assert.rejects(wrong, RangeError);
  await assert.rejects(lost, LaneLost);
  assert.equal(await right, "right");
  assert.deepEqual([tries, taken()], [2, ["part 0: 0 1 2", "0"]]);
});
