import assert from "node:assert/strict";
import { until } from "@gatz/testing/eventually.ts";
import { position, shardNumber } from "@gatz/domain";
import { DEFAULT_STORAGE_LIMITS, ShardUnavailable } from "../contract.ts";
import { FenceWatch } from "./fence_watch.ts";
import { follow } from "./follow.ts";
import { Ring } from "./ring.ts";
import { ShardLog } from "./shard_log.ts";

Deno.test("[LOG3] a follower that finds nothing where the log is known to go on asks again after a pause, not at once", async () => {
  const ring = new Ring(DEFAULT_STORAGE_LIMITS);
  ring.advance(5);
  let asked = 0;
  const page = () => {
    asked++;
    return Promise.resolve([]);
  };
  const stop = new AbortController();
  const end = setTimeout(() => stop.abort(), 200);
  for await (const batch of follow({ ring, page, watch: () => () => {} }, position(0), stop.signal)) {
    assert.fail(`nothing is there: ${batch.length}`);
  }
  clearTimeout(end);
  assert.equal(asked, 1);
});

Deno.test("[LOG3] after storage closed, the log is not looked at any more, though somebody still follows", async () => {
  const shard = shardNumber(0);
  let looks = 0;
  const look = () => {
    looks++;
    return Promise.reject(new ShardUnavailable(shard, 1));
  };
  const watch = new FenceWatch({ readTogether: look });
  const log = new ShardLog({
    shard,
    rows: { page: look, fence: look },
    limits: DEFAULT_STORAGE_LIMITS,
    isWrittenHere: () => false,
    onRev: () => {},
    watch,
    report: () => {},
  });
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const unwatch = log.watch();
  // It looks by itself.
  await until(() => looks >= 2);
  watch.close();
  const before = looks;
  await pause(170);
  log.watch()();
  assert.equal(looks, before);
  unwatch();
});
