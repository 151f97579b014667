import { type Position, position } from "@gatz/domain";
import type { Committed, StorageLimits } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { loadStreamStates } from "../shard/load_states.ts";

/** The events that follow a position, in order, each with a state of its stream that is at it or newer; at least one if there is one. */
export async function readLog(
  q: Queryable,
  from: Position,
  { pageEvents, pageBytes }: Pick<StorageLimits, "pageEvents" | "pageBytes">,
): Promise<readonly Committed[]> {
  const here = q.sql(q.schema);
  const rows = await q.sql<(EventRow & { position: number })[]>`
    select position, ${eventColumns(q)}
    from (
      select page.*, sum(octet_length(body::text)) over (order by position) - octet_length(body::text) as bytes_before
      from (select * from ${here}.events where position > ${from} order by position limit ${pageEvents}) page
    ) e
    where bytes_before is null or bytes_before < ${pageBytes}
    order by position`;
  const events = rows.map((row) => ({ position: position(row.position), event: eventOf(row) }));
  // A later statement, so the states are those of the events or newer.
  const states = await loadStreamStates(q, [...new Set(events.map(({ event }) => event.stream))]);
  return events.map(({ position, event }) => {
    const state = states.get(event.stream);
    if (!state) throw new Error(`an event without its stream's state: ${event.id}`);
    return { position, event, state };
  });
}
