/** Other shards' logs, asked in Postgres. @module */
import { idToUuid, type ShardNumber, uuidToId } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import type { EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { ACCOUNT_CODES, type CauseRow, type OtherLogs, REMOVER_CODES, seenKey } from "./elsewhere.ts";

/** Runs a short read on any shard, outside of the snapshot that is verified; null where the shard does not answer. */
export type Elsewhere = <T>(shard: ShardNumber, work: (q: Queryable) => Promise<T>) => Promise<T | null>;

export function storedLogs(elsewhere: Elsewhere): OtherLogs {
  return {
    heads: (shard, users) =>
      elsewhere(shard, async ({ sql, schema }) => {
        const rows = await sql<{ stream: string; head: number }[]>`
          select stream, max(seq) as head from ${sql(schema)}.events
          where stream = any(${users.map(idToUuid)}::uuid[]) group by stream`;
        return new Map(rows.map((row) => [row.stream, row.head]));
      }),
    headsSeen: (shard, sights) =>
      elsewhere(shard, async ({ sql, schema }) => {
        const rows = await sql<{ user: string; discussion: string; head: number }[]>`
          select m."user", m.stream as discussion, max(coalesce(m.left_seq, s.seq)) as head
          from unnest(${sights.map(({ user }) => idToUuid(user))}::uuid[], ${
          sights.map(({ discussion }) => idToUuid(discussion))
        }::uuid[]) as sight("user", discussion)
          join ${sql(schema)}.members m on m.stream = sight.discussion and m."user" = sight."user"
          join ${sql(schema)}.streams s on s.id = m.stream
          group by m."user", m.stream`;
        return new Map(
          rows.map(({ user, discussion, head }) => [
            seenKey({ user: uuidToId("user", user), discussion: uuidToId("disc", discussion) }),
            head,
          ]),
        );
      }),
    eventsAt: (shard, places) =>
      elsewhere(shard, async ({ sql, schema }) => {
        const streams = places.map(({ stream }) => idToUuid(stream));
        const seqs = places.map(({ seq }) => seq);
        return await sql<CauseRow[]>`
          select e.stream, e.seq, e.id, e.type
          from unnest(${streams}::uuid[], ${seqs}::int[]) as cause(stream, seq)
          join ${sql(schema)}.events e on e.stream = cause.stream and e.seq = cause.seq`;
      }),
    removersOf: (shard, users) =>
      elsewhere(shard, async ({ sql, schema }) =>
        await sql<CauseRow[]>`
          select stream, seq, id, type from ${sql(schema)}.events
          where stream = any(${users.map(idToUuid)}::uuid[]) and type = any(${REMOVER_CODES}::smallint[])`),
    accountEvents: (shard, users) =>
      elsewhere(shard, async (q) =>
        await q.sql<EventRow[]>`
          select ${eventColumns(q)} from ${q.sql(q.schema)}.events e
          where e.stream = any(${users.map(idToUuid)}::uuid[]) and e.type = any(${ACCOUNT_CODES}::smallint[])
          order by e.seq`),
    digests: (shard, ids) =>
      elsewhere(shard, async ({ sql, schema }) => {
        const rows = await sql<{ id: string; digest: Uint8Array | null }[]>`
          select id, digest from ${sql(schema)}.events where id = any(${[...ids]}::uuid[])`;
        return new Map(rows.map((row) => [row.id, row.digest === null ? null : row.digest.toHex()]));
      }),
    groupUpTo: (shard, group, seq) =>
      elsewhere(shard, async (q) =>
        await q.sql<EventRow[]>`
          select ${eventColumns(q)} from ${q.sql(q.schema)}.events e
          where e.stream = ${idToUuid(group)} and e.seq <= ${seq} order by e.seq`),
  };
}
