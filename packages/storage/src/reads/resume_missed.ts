/** The events that a feed missed of streams it knows, within the bounds of a backfill (LIVE3). @module */
import { idToUuid, type LogEvent, type Position, type StreamId } from "@gatz/domain";
import type { BackfillBudget } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import type { Concerned } from "./resume_concerned.ts";

export interface MissedBounds {
  readonly since: Position;
  /** Spent as soon as it is decided what is read, so that shards read at the same time share it. */
  readonly budget: BackfillBudget;
  readonly perStream: number;
}

/** What of one stream was missed: the seqs from `first` to its head. */
interface Gap {
  readonly stream: StreamId;
  readonly first: number;
  readonly head: number;
}

/** How many of a stream's newest events are looked at first: most have missed few. */
const FIRST_LOOK = 8;
/** What an event costs beside its body. */
const OVERHEAD_BYTES = 200;

/** The events of each stream that is within the bounds, in seq order; of the others nothing. Streams that missed least come first. */
export async function selectMissed(
  q: Queryable,
  streams: readonly Concerned[],
  { since, budget, perStream }: MissedBounds,
): Promise<Map<StreamId, LogEvent[]>> {
  const gaps = await measure(q, streams, { since, perStream });
  const few = gaps.filter((gap) => lengthOf(gap) <= perStream).sort((a, b) => lengthOf(a) - lengthOf(b));
  const counted = affordable(few, { budget, unit: "events", costs: few.map(lengthOf) });
  const costs = await bytesOf(q, counted);
  const chosen = affordable(counted, { budget, unit: "bytes", costs });
  for (const gap of counted) if (!chosen.includes(gap)) budget.events += lengthOf(gap);
  return Map.groupBy(await selectEvents(q, chosen), ({ stream }) => stream);
}

/** As many of the first as the budget has left; it is spent at once. */
function affordable(
  gaps: readonly Gap[],
  { budget, unit, costs }: { budget: BackfillBudget; unit: keyof BackfillBudget; costs: readonly number[] },
): readonly Gap[] {
  let many = 0;
  while (many < gaps.length && costs[many]! <= budget[unit]) budget[unit] -= costs[many++]!;
  return gaps.slice(0, many);
}

function lengthOf({ first, head }: Gap): number {
  return head - first + 1;
}

/** Where each stream's gap begins, or that it is longer than `perStream`. */
async function measure(
  q: Queryable,
  streams: readonly Concerned[],
  { since, perStream }: { since: Position; perStream: number },
): Promise<Gap[]> {
  const first = await firstMissed(q, streams, { since, look: FIRST_LOOK });
  const long = streams.filter((one) => one.head - first.get(one.stream)! + 1 >= FIRST_LOOK);
  const further = await firstMissed(q, long, { since, look: perStream + 1 });
  return streams.map(({ stream, head }) => ({ stream, head, first: further.get(stream) ?? first.get(stream)! }));
}

/** The oldest seq after the position, of the `look` newest. Both grow together, so what is missed is an end of the stream. */
async function firstMissed(
  q: Queryable,
  streams: readonly Concerned[],
  { since, look }: { since: Position; look: number },
): Promise<Map<StreamId, number>> {
  if (streams.length === 0) return new Map();
  const rows = await q.sql<{ place: number; first: number }[]>`
    select t.place::int, min(e.seq) as first
    from unnest(${streams.map(({ stream }) => idToUuid(stream))}::uuid[], ${streams.map(({ head }) => head)}::int[])
      with ordinality as t(stream, head, place)
    cross join lateral (
      select seq, position from ${q.sql(q.schema)}.events
      where stream = t.stream and seq <= t.head and seq > t.head - ${look}::int
    ) e
    where e.position > ${since}
    group by t.place`;
  return new Map(rows.map(({ place, first }) => [streams[place - 1]!.stream, first]));
}

/** What each gap takes, in bytes. */
async function bytesOf(q: Queryable, gaps: readonly Gap[]): Promise<number[]> {
  if (gaps.length === 0) return [];
  const rows = await q.sql<{ bytes: number }[]>`
    select sum(coalesce(octet_length(e.body::text), 0) + ${OVERHEAD_BYTES}::int)::int as bytes
    from ${within(q, gaps)} group by place order by place`;
  return rows.map(({ bytes }) => bytes);
}

async function selectEvents(q: Queryable, gaps: readonly Gap[]): Promise<LogEvent[]> {
  if (gaps.length === 0) return [];
  const rows = await q.sql<EventRow[]>`select ${eventColumns(q)} from ${within(q, gaps)} order by place, e.seq`;
  return rows.map(eventOf);
}

/** The events `e` of the gaps, and each gap's place among them. */
function within({ sql, schema }: Queryable, gaps: readonly Gap[]) {
  return sql`
    unnest(
      ${gaps.map(({ stream }) => idToUuid(stream))}::uuid[], ${gaps.map(({ first }) => first)}::int[],
      ${gaps.map(({ head }) => head)}::int[]
    ) with ordinality as gap(stream, first, head, place)
    join ${sql(schema)}.events e on e.stream = gap.stream and e.seq between gap.first and gap.head`;
}
