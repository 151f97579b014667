/**
 * Messages as a viewer sees them (VIS4): where the viewer sees everything from a message to the head, its projections say what it has
 * become, and its reactions are counted where they are; elsewhere it is the fold of those of its events that the viewer sees.
 * @module
 */
import {
  assert,
  evolveMessage,
  type ExpungeMarks,
  idToUuid,
  marksWithin,
  type MessageState,
  type ReactionCount,
  REACTORS_SHOWN,
  type ShownMessage,
  shownTo,
  underMarks,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { SeqRange } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { changeOfMessage, messageColumns, messageOf, type MessageRow } from "../shard/load_messages.ts";

type CountTuple = readonly [emoji: string, count: number, mine: boolean, users: readonly string[]];

export interface SeenRow extends Omit<MessageRow, "reactions"> {
  /** Counted by emoji, in the order of first use. Null: none, or {@link beyond}. */
  counts: readonly CountTuple[] | null;
  /** Whether the projections hold what the viewer may not see. */
  beyond: boolean;
  /** If so: the events with this message as their target that the viewer sees. Null: none. */
  changes: readonly EventRow[] | null;
}

type Fragment = ReturnType<typeof eventColumns>;

/** The code of a `new-message`, written out: as a parameter it would keep a prepared statement from the index of messages. */
export function newMessageCode({ sql }: Queryable): Fragment {
  return sql`${sql.unsafe(String(EVENT_CODES.discussion["new-message"]))}`;
}

/** The columns of a {@link SeenRow}, where `e` is a `new-message` and {@link seenJoins} are joined. */
export function seenColumns(q: Queryable): Fragment {
  return q.sql`${messageColumns(q)}, b.beyond, n.counts, v.changes`;
}

export interface SeenJoins {
  readonly viewer: UserId;
  /** The viewer's ranges, as a from-item with the columns `f` and `t`. */
  readonly seen: Fragment;
  /** Whether something about the message `e` may lie outside of them. */
  readonly beyond: Fragment;
  /** Whether more of `e` is wanted than that it is there; default: of all. */
  readonly whole?: Fragment;
}

/** What {@link seenColumns} come from. */
export function seenJoins(
  q: Queryable,
  { viewer, seen, beyond, whole = q.sql`true` }: SeenJoins,
): Fragment {
  const { sql } = q;
  // `beyond` is asked within: as a condition of the join it would be asked after all was read for nothing.
  return sql`
    ${changeOfMessage(q)}
    cross join lateral (select (${beyond}) as beyond) b
    left join lateral (
      select jsonb_agg(jsonb_build_array(emoji, count, mine, users) order by first_seq) as counts
      from (
        select emoji, min(first_seq) as first_seq, count(*) as count, bool_or("user" = ${idToUuid(viewer)}) as mine,
          (array_agg("user" order by first_seq))[1:${REACTORS_SHOWN}::int] as users
        from ${sql(q.schema)}.reactions where not b.beyond and ${whole} and message = e.id group by emoji
      ) counted
    ) n on true
    left join lateral (
      select jsonb_agg(to_jsonb(change) order by change.seq) as changes
      from (
        select ${changeColumns(q)} from ${sql(q.schema)}.events t
        where b.beyond and ${whole} and t.stream = e.stream and t.target_seq = e.seq
          and exists (select 1 from ${seen} where t.seq between f and t)
      ) change
    ) v on true`;
}

function changeColumns({ sql }: Queryable): Fragment {
  return sql`t.at, t.stream, t.id, t.actor, t.seq, t.target_seq, t.type, t.version, t.decided, t.body`;
}

/** @param marks those of the discussion that the viewer sees (MOD1) */
export function messageSeen(row: SeenRow, viewer: UserId, marks: ExpungeMarks): ShownMessage {
  const message = shownTo(
    viewer,
    underMarks(row.beyond ? foldedChanges(row) : messageOf({ ...row, reactions: null }), marks),
  );
  if (row.beyond || message.kind === "deleted") return message;
  return { ...message, reactions: (row.counts ?? []).map(countOf) };
}

function foldedChanges(row: SeenRow): MessageState {
  let message = evolveMessage(null, eventOf(row));
  for (const change of row.changes ?? []) message = evolveMessage(message, eventOf(change));
  assert(message !== null, `no new-message: ${row.id}`);
  return message;
}

/** The marks of a discussion that lie within a viewer's ranges. */
export function marksSeen(marks: ExpungeMarks | null, ranges: readonly SeqRange[]): ExpungeMarks {
  return marksWithin(marks ?? undefined, (at) => ranges.some(({ from, to }) => from <= at && at <= to));
}

function countOf([emoji, count, mine, users]: CountTuple): ReactionCount {
  return { emoji, count, mine, users: users.map((user) => uuidToId("user", user)) };
}
