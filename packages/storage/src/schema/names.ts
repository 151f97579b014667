import type { ShardNumber } from "@gatz/domain";

/** The schema of the few unsharded tables. */
export const DIRECTORY_SCHEMA = "gatz";

/** The schema of one shard's tables (SHARD1), or the directory's. */
export type SchemaName = typeof DIRECTORY_SCHEMA | `gatz_s${string}`;

export function shardSchema(shard: ShardNumber): SchemaName {
  return `gatz_s${String(shard).padStart(4, "0")}`;
}
