import assert from "node:assert/strict";
import { until } from "@gatz/testing/eventually.ts";
import { DEFAULT_LIMITS, shardNumber } from "@gatz/domain";
import { messageProposal } from "../../testing/drafts.ts";
import { DEFAULT_STORAGE_LIMITS } from "../contract.ts";
import type { NodeId } from "../nodes/contract.ts";
import { Breaker } from "../postgres/breaker.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { LanePool } from "../postgres/lane_pool.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import type { Lease } from "./ownership.ts";
import { prepareDraft } from "./prepared.ts";
import { FlushScheduler } from "./scheduler.ts";
import { SqlShardStore } from "./sql_store.ts";
import { ShardWriter } from "./writer.ts";

const shard = shardNumber(0);
const limits = { ...DEFAULT_STORAGE_LIMITS, ...DEFAULT_LIMITS };

/** A writer whose server is skipped: every flush of it fails at once. */
function writerWithoutServer(lease: () => Lease | undefined) {
  const breaker = new Breaker({ probe: () => Promise.resolve(), firstPauseMs: 60_000, longestPauseMs: 60_000 });
  breaker.failed();
  const lanes = new LanePool({
    url: "postgres://127.0.0.1:1/none",
    settings: {},
    connectMs: 100,
    max: 1,
    waiting: 1,
    breaker,
  });
  const writer = new ShardWriter({
    shard,
    server: "a",
    store: new SqlShardStore(shard, lanes),
    isServerDown: () => false,
    scheduler: new FlushScheduler(limits),
    limits,
    lease,
    address: () => ({ node: "00000000-0000-4000-8000-000000000000" as NodeId, url: null }),
    onShutOut: () => {},
    onLog: () => {},
    onEffects: () => {},
    report: () => {},
    observe: () => {},
  });
  const close = async () => {
    await writer.drain();
    breaker.close();
    lanes.close();
  };
  return { writer, close };
}

function bundle(): Bundle {
  const drafts = [prepareDraft(messageProposal(), { digestKey: new Uint8Array(32) })];
  return new Bundle({ drafts, facts: NO_FACTS, kind: "bundle", deadline: deadlineIn(5_000) });
}

Deno.test("[SHARD2] a writer that lost its shard after a flush that failed does nothing until it is woken", async () => {
  let lease: Lease | undefined = { shard };
  let asked = 0;
  const { writer, close } = writerWithoutServer(() => {
    asked++;
    return lease;
  });
  const offered = bundle();
  writer.offer(offered);
  assert.deepEqual((await offered.outcomes).map(({ kind }) => kind), ["not-now"]);
  assert.equal(writer.health, "slow");
  lease = undefined;
  asked = 0;
  // Who may not write does not fail.
  await until(() => writer.health === "ok");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(asked <= 2, `it looked ${asked} times whether it may write`);
  lease = { shard };
  const again = bundle();
  writer.offer(again);
  assert.deepEqual((await again.outcomes).map(({ kind }) => kind), ["not-now"], "tried, and refused by the server");
  assert.equal(writer.health, "slow");
  await close();
});
