import { idToUuid, type Rev, rev, type ShardNumber, shardNumber, shardOf, type UserId } from "@gatz/domain";
import type { ReadPools } from "./read_pools.ts";

/**
 * Which shards hold streams that concern a user: their own, and those that their inbox names. Ended memberships count: what they
 * showed can still be seen. Throws {@link ShardUnavailable} if the user's own shard does not answer.
 */
export async function readShardsOf(pools: ReadPools, user: UserId): Promise<ShardNumber[]> {
  return (await readConcern(pools, user)).shards;
}

/** As {@link readShardsOf}, and how far the personal records of the user's shard have come in the same snapshot. */
export async function readConcern(pools: ReadPools, user: UserId): Promise<{ shards: ShardNumber[]; rev: Rev }> {
  const own = shardOf(user);
  // The shard's twelve bits are the three hexadecimal digits after the version (ID1).
  const rows = await pools.read(own, ({ sql, schema }) =>
    sql<{ rev: number; shard: string | null }[]>`
      select h.rev, s.shard from ${sql(schema)}.reads_head h
      left join (
        select distinct substr(stream::text, 16, 3) as shard from ${sql(schema)}.inbox where "user" = ${idToUuid(user)}
      ) s on true`);
  const named = rows.flatMap(({ shard }) => shard === null ? [] : [shardNumber(parseInt(shard, 16))]);
  return { shards: [...new Set([own, ...named])].sort((a, b) => a - b), rev: rev(rows[0]?.rev ?? 0) };
}
