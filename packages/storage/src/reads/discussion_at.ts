import {
  type DiscussionId,
  type DiscussionState,
  evolve,
  idToUuid,
  type Seq,
  shardOf,
  type StreamState,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { MAX_SEQ } from "./events.ts";
import type { ReadPools } from "./read_pools.ts";

/** The newest of the four codes of messages; the partial index `events_history` names it too. */
const LAST_MESSAGE_CODE = 4;

/** An event of the discussion's own, and how much there is in all; `seq` is null in the one row without events. */
type HistoryRow = { readonly head: number; readonly messages: number } & (EventRow | { readonly seq: null });

/**
 * A discussion right after its event `at` (TIME1), or null if it has none. Folded from the events that are no message's: of messages its own
 * state holds the number alone, and that is counted.
 */
export async function readDiscussionAt(
  pools: ReadPools,
  stream: DiscussionId,
  at: Seq,
): Promise<DiscussionState | null> {
  const shard = shardOf(stream);
  if (at > MAX_SEQ || !pools.shards.includes(shard)) return null;
  const rows = await pools.read(shard, (q) => selectHistory(q, stream, at));
  const { head = 0, messages = 0 } = rows[0] ?? {};
  if (at < 1 || at > head) return null;
  let state: StreamState | null = null;
  for (const row of rows) if (row.seq !== null) state = evolve(state, eventOf(row));
  return state?.kind === "discussion" ? { ...state, seq: at, messages } : null;
}

// One statement: one snapshot (READ0).
function selectHistory(q: Queryable, stream: DiscussionId, at: Seq): Promise<HistoryRow[]> {
  const here = q.sql(q.schema);
  const NEW_MESSAGE = EVENT_CODES.discussion["new-message"];
  return q.sql<HistoryRow[]>`
    select h.seq as head, m.messages, e.*
    from ${here}.streams h
    cross join lateral (
      select count(*)::int as messages from ${here}.events
      where stream = h.id and type = ${NEW_MESSAGE} and seq <= ${at}
    ) m
    left join lateral (
      select ${eventColumns(q)} from ${here}.events e
      where e.stream = h.id and e.type > ${LAST_MESSAGE_CODE} and e.seq <= ${at}
    ) e on true
    where h.id = ${idToUuid(stream)}
    order by e.seq`;
}
