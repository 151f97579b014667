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
  const chosen: Gap[] = [];
  let events = 0;
  for (const gap of gaps.sort((a, b) => lengthOf(a) - lengthOf(b))) {
    if (lengthOf(gap) > perStream || events + lengthOf(gap) > budget.events) break;
    chosen.push(gap);
    events += lengthOf(gap);
  }
  if (chosen.length === 0) return new Map();
  const bytes = Math.floor(budget.bytes * (events / budget.events));
  budget.events -= events;
  budget.bytes -= bytes;
  const found = await selectEvents(q, chosen, bytes);
  budget.bytes += bytes - found.bytes;
  return wholeOnes(chosen, found.events);
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

/** Events of the gaps, in their order, as far as the bytes go. */
async function selectEvents(
  q: Queryable,
  gaps: readonly Gap[],
  bytes: number,
): Promise<{ events: LogEvent[]; bytes: number }> {
  const rows = await q.sql<(EventRow & { total: number })[]>`
    select ${eventColumns(q)}, total::int
    from (
      select one.*, t.place,
        sum(coalesce(octet_length(one.body::text), 0) + ${OVERHEAD_BYTES}::int) over (order by t.place, one.seq) as total
      from unnest(
        ${gaps.map(({ stream }) => idToUuid(stream))}::uuid[], ${gaps.map(({ first }) => first)}::int[],
        ${gaps.map(({ head }) => head)}::int[]
      ) with ordinality as t(stream, first, head, place)
      join ${q.sql(q.schema)}.events one on one.stream = t.stream and one.seq between t.first and t.head
    ) e
    where total <= ${bytes}
    order by e.place, e.seq`;
  return { events: rows.map(eventOf), bytes: rows.at(-1)?.total ?? 0 };
}

/** A stream whose events do not all fit comes without any. */
function wholeOnes(gaps: readonly Gap[], events: readonly LogEvent[]): Map<StreamId, LogEvent[]> {
  const byStream = new Map<StreamId, LogEvent[]>();
  for (const event of events) {
    const known = byStream.get(event.stream);
    if (known === undefined) byStream.set(event.stream, [event]);
    else known.push(event);
  }
  for (const gap of gaps) {
    if (byStream.get(gap.stream)?.length !== lengthOf(gap)) byStream.delete(gap.stream);
  }
  return byStream;
}
