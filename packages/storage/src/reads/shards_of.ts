import { idToUuid, type ShardNumber, shardNumber, shardOf, type UserId } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import type { ReadPools } from "./read_pools.ts";

/**
 * Which shards hold streams that concern a user: their own, and those that their inbox names. Ended memberships count: what they
 * showed can still be seen. Throws {@link ShardUnavailable} if the user's own shard does not answer.
 */
export async function readShardsOf(pools: ReadPools, user: UserId): Promise<ShardNumber[]> {
  const [row] = await pools.read(
    shardOf(user),
    (q) => q.sql<{ shards: readonly string[] }[]>`select (${shardsNamed(q, user)}) as shards`,
  );
  return shardsConcerned(user, row?.shards ?? []);
}

/** The shards that a user's inbox names by their digits, and the user's own. */
export function shardsConcerned(user: UserId, digits: readonly string[]): ShardNumber[] {
  const named = digits.map((three) => shardNumber(parseInt(three, 16)));
  return [...new Set([shardOf(user), ...named])].sort((a, b) => a - b);
}

/**
 * The digits of the shards that a user's inbox names, as a JSON array. From each shard the next is looked up in the index, so that the cost is
 * one of shards and not of streams.
 */
export function shardsNamed(q: Queryable, user: UserId) {
  const { sql } = q;
  const next = (after: ReturnType<typeof sql>) =>
    sql`(select ${shardDigits(q)} from ${sql(q.schema)}.inbox
      where "user" = ${idToUuid(user)} ${after} order by 1 limit 1)`;
  return sql`
    with recursive named(shard) as (
      select ${next(sql``)}
      union all
      select ${next(sql`and ${shardDigits(q)} > named.shard`)} from named where named.shard is not null
    )
    select coalesce(jsonb_agg(shard) filter (where shard is not null), '[]') from named`;
}

/** A shard's twelve bits are the three hexadecimal digits after an id's version (ID1). As the index `inbox_shards` has it. */
export function shardDigits({ sql }: Queryable) {
  return sql`substr(stream::text, 16, 3)`;
}
