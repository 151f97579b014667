import type { ShardNumber } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";

/** Where the reads get their connections. */
export interface ReadPools {
  readonly shards: readonly ShardNumber[];
  /**
   * Runs a read on the shard's server, within the read deadline and the shard's share of connections (SHARD2). `work` is called
   * when its connection is there, not before. Throws {@link ShardUnavailable} where the shard does not answer.
   */
  read<T>(shard: ShardNumber, work: (q: Queryable) => Promise<T>): Promise<T>;
}
