import { idToUuid, type ShardNumber, shardNumber, shardOf, type UserId } from "@gatz/domain";
import type { ReadPools } from "./read_pools.ts";

/**
 * Which shards hold streams that concern a user: their own, and those that their inbox names. Ended memberships count: what they
 * showed can still be seen. Throws {@link ShardUnavailable} if the user's own shard does not answer.
 */
export async function readShardsOf(pools: ReadPools, user: UserId): Promise<ShardNumber[]> {
  const own = shardOf(user);
  // The shard's twelve bits are the three hexadecimal digits after the version (ID1).
  const rows = await pools.read(own, ({ sql, schema }) =>
    sql<{ shard: string }[]>`
      select distinct substr(stream::text, 16, 3) as shard
      from ${sql(schema)}.inbox where "user" = ${idToUuid(user)}`);
  const shards = new Set([own, ...rows.map((row) => shardNumber(parseInt(row.shard, 16)))]);
  return [...shards].sort((a, b) => a - b);
}
