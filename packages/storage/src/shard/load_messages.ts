import {
  assert,
  type Attachment,
  evolveMessage,
  idToUuid,
  type LiveMessage,
  type MessageId,
  type MessageState,
  type Reaction,
  type Seq,
  unreachable,
  uuidToId,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { eventColumns } from "./event_columns.ts";
import { eventOf, type EventRow } from "./codec.ts";
import { assertFold } from "./load_states.ts";
import type { DeletedJson, EditedJson, MessageChangeJson } from "./state_json.ts";

type ReactionTuple = readonly [emoji: string, user: string, seq: number];

/** A message's `new-message` event, and its rows in the projections. */
export interface MessageRow extends EventRow {
  changed_seq: number | null;
  fold_version: number | null;
  change: MessageChangeJson | null;
  reactions: readonly ReactionTuple[] | null;
}

/** Folded messages of one shard by id, all of one snapshot. Absent: no such message. */
export async function loadMessageStates(
  q: Queryable,
  ids: readonly MessageId[],
): Promise<Map<MessageId, MessageState>> {
  if (ids.length === 0) return new Map();
  const rows = await q.sql<MessageRow[]>`
    select ${messageColumns(q)}, r.reactions from ${q.sql(q.schema)}.events e ${changeOfMessage(q)} ${
    reactionsOfMessage(q)
  }
    where e.id = any(${ids.map(idToUuid)}::uuid[]) and e.type = ${EVENT_CODES.discussion["new-message"]}`;
  return new Map(rows.map(messageOf).map((message) => [message.id, message]));
}

/** The columns of a {@link MessageRow} but its reactions, where `e` is an event and {@link changeOfMessage} is joined. */
export function messageColumns(q: Queryable) {
  return q.sql`${eventColumns(q)}, c.changed_seq, c.fold_version, c.state as change`;
}

/** Joins what has become of the message that the event `e` began, if it was edited or deleted. */
export function changeOfMessage({ sql, schema }: Queryable) {
  return sql`left join ${sql(schema)}.message_changes c on c.id = e.id`;
}

function reactionsOfMessage({ sql, schema }: Queryable) {
  return sql`
    left join lateral (
      select jsonb_agg(jsonb_build_array(emoji, "user", first_seq) order by first_seq) as reactions
      from ${sql(schema)}.reactions where message = e.id
    ) r on true`;
}

/** The state that a message's rows stand for. */
export function messageOf(row: MessageRow): MessageState {
  const fresh = evolveMessage(null, eventOf(row));
  assert(fresh?.kind === "live", `no new-message: ${row.id}`);
  const reactions = (row.reactions ?? []).map(reactionOf);
  const { change } = row;
  if (change === null) return { ...fresh, reactions };
  assertFold(row.id, row.fold_version ?? 0);
  const changedSeq = (row.changed_seq ?? row.seq) as Seq; // a row's seq is a checked one
  switch (change.kind) {
    case "live":
      return { ...fresh, ...contentOf(change), changedSeq, reactions };
    case "deleted":
      return tombstoneOf(fresh, { ...change, changedSeq });
    default:
      return unreachable(change);
  }
}

function contentOf({ mentions = [], attachments = [], ...rest }: EditedJson): EditedJson & {
  mentions: LiveMessage["mentions"];
  attachments: readonly Attachment[];
} {
  return { ...rest, mentions, attachments };
}

function tombstoneOf(fresh: LiveMessage, change: DeletedJson & { changedSeq: Seq }): MessageState {
  const { text: _, mentions: _mentions, attachments: _attachments, reactions: _reactions, ...base } = fresh;
  return { ...base, ...change };
}

function reactionOf([emoji, user, seq]: ReactionTuple): Reaction {
  return { emoji, user: uuidToId("user", user), seq: seq as Seq };
}
