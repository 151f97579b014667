/** Groups and discussions as they were right after one of their events (TIME1), which is how who has left sees them (VIS4). @module */
import {
  assert,
  type DiscussionId,
  type DiscussionState,
  evolve,
  type GroupId,
  type GroupState,
  idToUuid,
  type Seq,
  shardOf,
  type StreamState,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { MAX_SEQ } from "./events.ts";
import type { ReadPools } from "./read_pools.ts";
import { newMessageCode } from "./seen_messages.ts";

/** The last of the four codes of messages, written out as the partial index `events_history` has it. */
const lastMessageCode = ({ sql }: Queryable) => sql.unsafe("4");

type SharedId = GroupId | DiscussionId;
type SharedState = GroupState | DiscussionState;
export type SharedStateOf<S extends SharedId> = S extends GroupId ? GroupState : DiscussionState;

/** A stream, and the seq of the event right after which it is wanted. */
export interface Moment {
  readonly stream: SharedId;
  readonly at: Seq;
}

/** An event of the stream's own, and how much there is in all; `seq` is null in the one row without events. */
type HistoryRow =
  & { readonly place: number; readonly head: number; readonly messages: number }
  & (EventRow | { readonly seq: null });

/** Null if there is no such stream or event. */
export async function readStreamAt<S extends SharedId>(
  pools: ReadPools,
  stream: S,
  at: Seq,
): Promise<SharedStateOf<S> | null> {
  const shard = shardOf(stream);
  if (!pools.shards.includes(shard)) return null;
  const states = await pools.read(shard, (q) => selectStatesAt(q, [{ stream, at }]));
  // An id's kind is its state's.
  return (states.get(stream) ?? null) as SharedStateOf<S> | null;
}

/**
 * Many streams of one shard, each at a moment of its own; who asks for one twice gets the later moment. Folded from the events that are no
 * message's: of messages a state holds their number, which is counted, and who sent when in slow mode, which is left out.
 * @param options `isCounted: false` for who does not look at that number: it is 0, and the cost is not one of messages
 */
export async function selectStatesAt(
  q: Queryable,
  moments: readonly Moment[],
  { isCounted = true }: { readonly isCounted?: boolean } = {},
): Promise<Map<SharedId, SharedState>> {
  const states = new Map<SharedId, SharedState>();
  const asked = moments.filter(({ at }) => at >= 1 && at <= MAX_SEQ);
  if (asked.length === 0) return states;
  const rows = await selectHistories(q, asked, isCounted);
  for (const [place, history] of Map.groupBy(rows, (row) => row.place)) {
    const { stream, at } = asked[place - 1]!; // `place` is an ordinal of what was asked
    const { head } = history[0]!; // a group of rows has at least one
    if (at > head) continue;
    const state = folded(history, at);
    // The same UUID under another kind's prefix names nothing.
    if (state.id === stream && state.kind !== "user") states.set(stream, state);
  }
  return states;
}

function folded(history: readonly HistoryRow[], at: Seq): StreamState {
  let state: StreamState | null = null;
  for (const row of history) if (row.seq !== null) state = evolve(state, eventOf(row));
  assert(state !== null, "a stream's log begins with no message");
  return state.kind === "discussion" ? { ...state, seq: at, messages: history[0]!.messages } : { ...state, seq: at };
}

// One statement: one snapshot (READ0).
function selectHistories(q: Queryable, moments: readonly Moment[], isCounted: boolean): Promise<HistoryRow[]> {
  const here = q.sql(q.schema);
  return q.sql<HistoryRow[]>`
    select t.place::int, h.seq as head, m.messages, e.*
    from unnest(${moments.map(({ stream }) => idToUuid(stream))}::uuid[], ${moments.map(({ at }) => at)}::int[])
      with ordinality as t(id, seq, place)
    join ${here}.streams h on h.id = t.id
    cross join lateral (
      select count(*)::int as messages from ${here}.events
      where ${isCounted} and stream = t.id and type = ${newMessageCode(q)} and seq <= t.seq
    ) m
    left join lateral (
      select ${eventColumns(q)} from ${here}.events e
      where e.stream = t.id and e.type > ${lastMessageCode(q)} and e.seq <= t.seq
    ) e on true
    order by t.place, e.seq`;
}
