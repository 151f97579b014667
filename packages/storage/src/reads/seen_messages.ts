/**
 * Messages as a viewer sees them (VIS4): where the viewer sees everything from a message to the head, its projections say what it has
 * become; elsewhere it is the fold of those of its events that the viewer sees.
 * @module
 */
import { assert, evolveMessage, type MessageState } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { messageColumns, messageOf, type MessageRow, projectionsOfMessage } from "../shard/load_messages.ts";

export interface SeenRow extends MessageRow {
  /** Whether the projections hold what the viewer may not see. */
  beyond: boolean;
  /** If so: the events with this message as their target that the viewer sees. Null: none. */
  changes: readonly EventRow[] | null;
}

type Fragment = ReturnType<typeof eventColumns>;

/** The columns of a {@link SeenRow}, where `e` is a `new-message` and {@link seenJoins} are joined. */
export function seenColumns(q: Queryable): Fragment {
  return q.sql`${messageColumns(q)}, b.beyond, v.changes`;
}

/**
 * @param options.seen the viewer's ranges, as a from-item with the columns `f` and `t`
 * @param options.beyond whether something about the message `e` may lie outside of them
 */
export function seenJoins(q: Queryable, { seen, beyond }: { seen: Fragment; beyond: Fragment }): Fragment {
  const { sql } = q;
  return sql`
    ${projectionsOfMessage(q)}
    cross join lateral (select (${beyond}) as beyond) b
    left join lateral (
      select jsonb_agg(to_jsonb(change) order by change.seq) as changes
      from (
        select ${changeColumns(q)} from ${sql(q.schema)}.events t
        where t.stream = e.stream and t.target_seq = e.seq
          and exists (select 1 from ${seen} where t.seq between f and t)
      ) change
    ) v on b.beyond`;
}

function changeColumns({ sql }: Queryable): Fragment {
  return sql`t.at, t.stream, t.id, t.actor, t.seq, t.target_seq, t.type, t.version, t.decided, t.body`;
}

export function messageSeen(row: SeenRow): MessageState {
  if (!row.beyond) return messageOf(row);
  let message = evolveMessage(null, eventOf(row));
  for (const change of row.changes ?? []) message = evolveMessage(message, eventOf(change));
  assert(message !== null, `no new-message: ${row.id}`);
  return message;
}
