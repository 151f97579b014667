/** Takes out of a restored outbox what its stream has already (SHARD3): what is left is delivered by the next node. @module */
import type { ShardTarget } from "./load_events.ts";

const PAGE = 5_000;

/**
 * @param source its outbox holds all effects that its events have
 * @param target where some of them go
 */
export async function settleOutbox(
  source: ShardTarget,
  { shard, target }: { shard: number; target: ShardTarget },
): Promise<void> {
  let last = { position: 0, ordinal: -1 };
  for (;;) {
    const rows: { id: string; position: number; ordinal: number }[] = await source.sql<
      { id: string; position: number; ordinal: number }[]
    >`
      select id, position, ordinal from ${source.sql(source.schema)}.outbox
      where target_shard = ${shard} and (position, ordinal) > (${last.position}::int8, ${last.ordinal}::int2)
      order by position, ordinal limit ${PAGE}`;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end;
    const there = await target.sql<{ id: string }[]>`
      select id from ${target.sql(target.schema)}.events where id = any(${rows.map(({ id }) => id)}::uuid[])`;
    await source.sql`
      delete from ${source.sql(source.schema)}.outbox where id = any(${there.map(({ id }) => id)}::uuid[])`;
  }
}
