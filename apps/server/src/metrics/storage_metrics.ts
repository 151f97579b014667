/** What storage tells, as metrics. @module */
import { type ShardNumber, unreachable } from "@gatz/domain";
import { type Forward, type Observation, type OutboxLag, ShardUnavailable, type Storage } from "@gatz/storage/contract";
import type { Metrics } from "./metrics.ts";

/** Counts what storage does; for `OpenOptions.observe`. */
export function countStorage(metrics: Metrics): (observation: Observation) => void {
  return (observation) => {
    switch (observation.kind) {
      case "flush": {
        const { server, outcome, drafts, events, waitedMs, ms, commitMs } = observation;
        const shard = String(observation.shard);
        metrics.count("gatz_flushes_total", { shard, outcome });
        if (events > 0) metrics.add("gatz_events_total", { shard, value: events });
        metrics.observe("gatz_flush_seconds", { server, value: ms / 1000 });
        metrics.observe("gatz_flush_wait_seconds", { server, value: waitedMs / 1000 });
        metrics.observe("gatz_flush_drafts", { server, value: drafts });
        if (commitMs !== undefined) metrics.observe("gatz_commit_seconds", { server, value: commitMs / 1000 });
        return;
      }
      case "lane": {
        const { server, purpose, change } = observation;
        return metrics.count("gatz_lane_changes_total", { server, purpose, change });
      }
      default:
        return unreachable(observation);
    }
  };
}

/** The same, with what it comes to counted. */
export function countForwards(forward: Forward, metrics: Metrics): Forward {
  return async (offer, options) => {
    const forwarded = await forward(offer, options);
    metrics.count("gatz_forwards_total", { result: forwarded.kind });
    return forwarded;
  };
}

const STATUS = { ok: 0, slow: 1, down: 2 } as const;
/** Outboxes are asked at most so often: each is a query. */
const OUTBOX_FRESH_MS = 10_000;

export interface StorageMetricsOptions {
  readonly storage: Pick<Storage, "readings" | "outbox" | "shards">;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
  /** Up to where the hub has handed a shard's events over. */
  readonly handedOver: (shard: ShardNumber) => number | undefined;
}

/** How shards and servers stand, read whenever metrics are asked for. */
export function readStorage(metrics: Metrics, options: StorageMetricsOptions): void {
  const { storage, handedOver } = options;
  metrics.onRender(() => {
    const { shards, servers } = storage.readings();
    for (const [number, reading] of shards) {
      const shard = String(number);
      metrics.set("gatz_queue_drafts", { shard, value: reading.queuedDrafts });
      metrics.set("gatz_queue_bytes", { shard, value: reading.queuedBytes });
      metrics.set("gatz_shard_status", { shard, value: STATUS[reading.status] });
      metrics.set("gatz_shard_owned", { shard, value: reading.isOwner ? 1 : 0 });
      metrics.set("gatz_shard_position", { shard, value: reading.head });
      const handed = handedOver(number);
      if (handed !== undefined) {
        metrics.set("gatz_hub_lag_events", { shard, value: Math.max(0, reading.head - handed) });
      }
    }
    for (const [server, { isSkipped, lanes }] of servers) {
      metrics.set("gatz_server_skipped", { server, value: isSkipped ? 1 : 0 });
      for (const [purpose, { open, used, waiting }] of Object.entries(lanes)) {
        metrics.set("gatz_lanes", { server, purpose, state: "open", value: open });
        metrics.set("gatz_lanes", { server, purpose, state: "used", value: used });
        metrics.set("gatz_lanes", { server, purpose, state: "waited-for", value: waiting });
      }
    }
  });
  readOutboxes(metrics, options);
}

function readOutboxes(metrics: Metrics, { storage, now, wallClock }: StorageMetricsOptions): void {
  let askedAt = -Infinity;
  metrics.onRender(async () => {
    if (now() - askedAt < OUTBOX_FRESH_MS) return;
    askedAt = now();
    const { shards } = storage.readings();
    // Whoever writes a shard delivers its effects, and tells of them.
    const own = storage.shards.filter((shard) => shards.get(shard)?.isOwner);
    const lags = await Promise.all(own.map((shard) => lagOf(storage, shard)));
    for (const name of ["gatz_outbox_effects", "gatz_outbox_oldest_seconds", "gatz_outbox_rejected"] as const) {
      metrics.clear(name);
    }
    own.forEach((shard, i) => {
      const lag = lags[i];
      // Of a shard that does not answer nothing is said here: its status is.
      if (lag) setLag(metrics, { shard: String(shard), lag, at: wallClock() });
    });
  });
}

function setLag(metrics: Metrics, { shard, lag, at }: { shard: string; lag: OutboxLag; at: number }): void {
  metrics.set("gatz_outbox_effects", { shard, value: lag.waiting });
  const oldest = lag.oldestAt === null ? 0 : Math.max(0, at - lag.oldestAt) / 1000;
  metrics.set("gatz_outbox_oldest_seconds", { shard, value: oldest });
  for (const [code, value = 0] of Object.entries(lag.rejected)) {
    metrics.set("gatz_outbox_rejected", { shard, code, value });
  }
}

async function lagOf(storage: Pick<Storage, "outbox">, shard: ShardNumber): Promise<OutboxLag | null> {
  try {
    return await storage.outbox(shard);
  } catch (error) {
    if (error instanceof ShardUnavailable) return null;
    throw error;
  }
}
