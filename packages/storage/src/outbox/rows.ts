import { type Draft, idToUuid, type Outcome, type ShardNumber } from "@gatz/domain";
import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";

/** For which shards effects wait. */
export async function waitingTargets({ sql, schema }: Queryable): Promise<readonly ShardNumber[]> {
  const rows = await sql<{ target_shard: ShardNumber }[]>`
    select distinct target_shard from ${sql(schema)}.outbox where code is null`;
  return rows.map((row) => row.target_shard);
}

/** The effects that wait longest for one shard, in the order of their events. */
export async function waitingEffects(
  { sql, schema }: Queryable,
  { target, limit }: { target: ShardNumber; limit: number },
): Promise<readonly Draft[]> {
  const rows = await sql<{ draft: Draft }[]>`
    select draft from ${sql(schema)}.outbox
    where target_shard = ${target} and code is null
    order by position, ordinal limit ${limit}`;
  return rows.map((row) => row.draft);
}

/** An effect and what its stream answered. */
export interface Delivered {
  readonly draft: Draft;
  readonly outcome: Extract<Outcome, { kind: "accepted" | "duplicate" | "rejected" }>;
}

/** Removes what was accepted; keeps what was rejected, with its code. Doing it twice changes nothing. */
export async function recordDelivered({ sql, schema }: Queryable, delivered: readonly Delivered[]): Promise<void> {
  const ids = delivered.map(({ draft }) => idToUuid(draft.id));
  const codes = delivered.map(({ outcome }) => outcome.kind === "rejected" ? outcome.code : null);
  const here = sql(schema);
  await sql`
    with answered as (
      select * from unnest(${plainArray(ids)}::uuid[], ${quotedArray(codes)}::text[]) as answered (id, code)
    ), done as (
      delete from ${here}.outbox o using answered a where o.id = a.id and a.code is null
    )
    update ${here}.outbox o set code = a.code, tries = o.tries + 1 from answered a where o.id = a.id and a.code is not null`;
}
