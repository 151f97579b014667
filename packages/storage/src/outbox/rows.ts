import {
  type Draft,
  idToUuid,
  type Outcome,
  type RejectionCode,
  type ShardNumber,
  type UnixMs,
  type Uuid,
} from "@gatz/domain";
import type { OutboxLag } from "../contract.ts";
import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";

/** The outbox of one shard. What it throws is `ShardUnavailable`, or what the connection throws. */
export interface OutboxRows {
  targets(): Promise<readonly ShardNumber[]>;
  waiting(ask: { target: ShardNumber; limit: number }): Promise<readonly Draft[]>;
  record(delivered: readonly Delivered[]): Promise<void>;
  stands(event: Uuid): Promise<Arrival>;
}

/** Of an event in this shard's log: it is not there, it is and effects of it wait, or all of them were answered. */
export type Arrival = "absent" | "working" | "done";

/** For which shards effects wait. */
export async function waitingTargets({ sql, schema }: Queryable): Promise<readonly ShardNumber[]> {
  const rows = await sql<{ target_shard: ShardNumber }[]>`
    select distinct target_shard from ${sql(schema)}.outbox where code is null`;
  return rows.map((row) => row.target_shard);
}

/** How far an event has come. */
export async function readArrival({ sql, schema }: Queryable, event: Uuid): Promise<Arrival> {
  const here = sql(schema);
  const [row] = await sql<{ waits: boolean }[]>`
    select exists (
      select 1 from ${here}.outbox o where o.code is null and o.position = e.position
    ) as waits
    from ${here}.events e where e.id = ${event}`;
  if (row === undefined) return "absent";
  return row.waits ? "working" : "done";
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

/** How many effects wait, since when, and how many were refused. */
export async function readLag({ sql, schema }: Queryable): Promise<OutboxLag> {
  const here = sql(schema);
  const rows = await sql<{ code: RejectionCode | null; effects: number; oldest_at: number | null }[]>`
    select o.code, count(*)::int as effects, min(e.at) as oldest_at
    from ${here}.outbox o left join ${here}.events e using (position) group by o.code`;
  const waiting = rows.find((row) => row.code === null);
  return {
    waiting: waiting?.effects ?? 0,
    oldestAt: (waiting?.oldest_at ?? null) as UnixMs | null, // the shard's own time
    rejected: Object.fromEntries(rows.flatMap(({ code, effects }) => code === null ? [] : [[code, effects]])),
  };
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
    update ${here}.outbox o set code = a.code from answered a where o.id = a.id and a.code is not null`;
}
