/** `GET /health`: whether this node serves, which shards do not answer, and which it writes. @module */
import type { ShardNumber } from "@gatz/domain";
import { ShardUnavailable, type Storage } from "@gatz/storage/contract";

export type NodePhase = "starting" | "serving" | "draining";

export interface Health {
  readonly status: "ok" | "degraded" | "down" | "starting" | "draining";
  /** Those that do not answer. */
  readonly shards: readonly ShardNumber[];
  /** Those that this node writes. */
  readonly writes: readonly ShardNumber[];
}

/** A check that is not older serves again, so that frequent questions cost the databases nothing. */
const FRESH_MS = 1_000;
/** A shard that takes longer to say its position does not answer. */
const PATIENCE_MS = 1_000;

export interface HealthParts {
  readonly storage: Pick<Storage, "shards" | "health" | "fence" | "owners">;
  readonly phase: () => NodePhase;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

/** Asks each shard for its position; those that storage skips already are not asked. */
export function createHealth({ storage, phase, now }: HealthParts): () => Promise<Health> {
  let last: { at: number; silent: Promise<readonly ShardNumber[]> } | undefined;
  return async () => {
    const current = phase();
    const writes = [...storage.owners()].filter(([, { kind }]) => kind === "here").map(([shard]) => shard);
    if (current !== "serving") return { status: current, shards: [], writes };
    if (last === undefined || now() - last.at > FRESH_MS) last = { at: now(), silent: silentShards(storage) };
    const shards = await last.silent;
    if (shards.length === 0) return { status: "ok", shards, writes };
    return { status: shards.length < storage.shards.length ? "degraded" : "down", shards, writes };
  };
}

/** 200 while the node serves; `strict`: only if every shard answers. */
export function healthStatus({ status }: Health, { strict }: { strict: boolean }): 200 | 503 {
  return status === "ok" || (status === "degraded" && !strict) ? 200 : 503;
}

async function silentShards(storage: HealthParts["storage"]): Promise<readonly ShardNumber[]> {
  const known = storage.health();
  const answers = await Promise.all(
    storage.shards.map((shard) => known.get(shard) === "down" ? false : answersInTime(storage, shard)),
  );
  return storage.shards.filter((_, i) => !answers[i]);
}

async function answersInTime(storage: HealthParts["storage"], shard: ShardNumber): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(late.resolve, PATIENCE_MS, false);
  try {
    return await Promise.race([answers(storage, shard), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function answers(storage: HealthParts["storage"], shard: ShardNumber): Promise<boolean> {
  try {
    await storage.fence(shard);
    return true;
  } catch (error) {
    if (error instanceof ShardUnavailable) return false;
    throw error;
  }
}
