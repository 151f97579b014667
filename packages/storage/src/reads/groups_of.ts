import { type GroupId, idToUuid, shardOf, type UserId, uuidToId } from "@gatz/domain";
import type { ReadPools } from "./read_pools.ts";

/** The groups that a user is in, as their own stream knows it. Throws {@link ShardUnavailable} if their shard does not answer. */
export async function readGroupsOf(pools: ReadPools, user: UserId): Promise<GroupId[]> {
  const rows = await pools.read(shardOf(user), ({ sql, schema }) =>
    sql<{ id: string }[]>`
      select stream as id from ${sql(schema)}.inbox
      where "user" = ${idToUuid(user)} and stream = group_id and ended is null`);
  return rows.map(({ id }) => uuidToId("grp", id));
}
