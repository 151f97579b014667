import type { ShardNumber } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";

/** Runs statements on a shard's server; called when their connection is there, not before. */
export type Work<T> = (q: Queryable) => Promise<T>;

/**
 * Where the reads get their connections. Every call has the read deadline and the shard's share of connections (SHARD2), and throws
 * `ShardUnavailable` where the shard does not answer.
 */
export interface ReadPools {
  readonly shards: readonly ShardNumber[];
  /** Each statement sees its own snapshot. */
  read<T>(shard: ShardNumber, work: Work<T>): Promise<T>;
  /** One REPEATABLE READ, read-only transaction: keep it short. */
  snapshot<T>(shard: ShardNumber, work: Work<T>): Promise<T>;
}
