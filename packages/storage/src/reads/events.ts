import { type DiscussionId, idToUuid, type LogEvent, type Seq, seq, shardOf, type StreamId } from "@gatz/domain";
import type { EventPage, EventsAsked, SeqRange, StorageLimits } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import type { ReadPools } from "./read_pools.ts";

/** `seq` is null in the one row of a page without events. */
type PageRow = { head: number } & (EventRow | { seq: null });

/** One page of a stream's log: as many events as the bounds allow, at least one if there is one. */
export async function readEvents(
  { pools, limits }: { pools: ReadPools; limits: Pick<StorageLimits, "pageEvents" | "pageBytes"> },
  stream: StreamId,
  page: EventsAsked,
): Promise<EventPage> {
  const limit = Math.min(page.limit, limits.pageEvents);
  const rows = await pools.read(
    shardOf(stream),
    (q) => selectPage(q, stream, { ...page, limit, bytes: limits.pageBytes }),
  );
  const events = rows.flatMap((row) => row.seq === null ? [] : [eventOf(row)]);
  return { asOf: seq(rows[0]?.head ?? 0), events };
}

// One statement: the head is that of the events' snapshot (READ0).
function selectPage(
  q: Queryable,
  stream: StreamId,
  { from, to, limit, newest = false, bytes }: EventsAsked & { bytes: number },
): Promise<PageRow[]> {
  const here = q.sql(q.schema);
  const order = newest ? q.sql`order by seq desc` : q.sql`order by seq`;
  return q.sql<PageRow[]>`
    select h.seq as head, p.*
    from ${here}.streams h
    left join lateral (
      select ${eventColumns(q)}
      from (
        select one.*, octet_length(body::text) as own,
          sum(octet_length(body::text)) over (${order}) as total
        from (
          select * from ${here}.events
          where stream = h.id and seq between ${from} and ${Math.min(to, MAX_SEQ)}
          ${order} limit ${limit}
        ) one
      ) e
      where total is null or total <= ${bytes} or total = own
    ) p on true
    where h.id = ${idToUuid(stream)}
    order by p.seq`;
}

/** The `new-message` at a seq, and what was done to it: the first of that, through ranges. */
export async function readEventsAbout(
  pools: ReadPools,
  stream: DiscussionId,
  { target, ranges, limit }: { target: Seq; ranges: readonly SeqRange[]; limit: number },
): Promise<LogEvent[]> {
  const from = ranges.map((range) => range.from);
  const to = ranges.map((range) => Math.min(range.to, MAX_SEQ));
  const rows = await pools.read(shardOf(stream), (q) =>
    q.sql<EventRow[]>`
      select ${eventColumns(q)} from ${q.sql(q.schema)}.events e
      where e.stream = ${idToUuid(stream)} and (e.seq = ${target} or e.target_seq = ${target})
        and exists (select 1 from unnest(${from}::int[], ${to}::int[]) as seen(f, t) where e.seq between f and t)
      order by e.seq limit ${limit}`);
  return rows.map(eventOf);
}

/** Seqs are `int`s in the tables; an open end is cut to what fits. */
export const MAX_SEQ = 2 ** 31 - 1;
