import {
  assert,
  type Attachment,
  idToUuid,
  type LiveMessage,
  type MessageId,
  type MessageState,
  type Reaction,
  type Seq,
  type UnixMs,
  unreachable,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { assertFold } from "./load_states.ts";
import type { MessageChangeJson } from "./state_json.ts";

type ReactionTuple = readonly [emoji: string, user: string, seq: number];

/** One message's `new-message` event with what changed since; see {@link messageColumns}. */
export interface MessageRow {
  id: string;
  stream: string;
  seq: number;
  at: number;
  actor: string;
  body: { text: string; replyTo?: MessageId; mentions?: readonly UserId[]; attachments?: readonly Attachment[] } | null;
  reply_to_seq: number | null;
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
  const uuids = ids.map(idToUuid);
  const rows = await q.sql<MessageRow[]>`
    select ${messageColumns(q)} from ${messageTables(q)}
    where e.id = any(${uuids}::uuid[]) and e.type = ${EVENT_CODES.discussion["new-message"]}`;
  return new Map(rows.map(messageOf).map((message) => [message.id, message]));
}

/** The columns of a {@link MessageRow}, from {@link messageTables}. */
export function messageColumns({ sql }: Queryable) {
  return sql`e.id, e.stream, e.seq, e.at, e.actor, e.body, (e.decided->>'replyToSeq')::int as reply_to_seq,
    c.changed_seq, c.fold_version, c.state as change, r.reactions`;
}

/** `events` as `e`, with the projections that make its `new-message` rows whole. */
export function messageTables({ sql, schema }: Queryable) {
  const here = sql(schema);
  return sql`${here}.events e
    left join ${here}.message_changes c on c.id = e.id
    left join lateral (
      select jsonb_agg(jsonb_build_array(emoji, "user", first_seq) order by first_seq) as reactions
      from ${here}.reactions where message = e.id
    ) r on true`;
}

/** The state that a message's rows stand for. */
export function messageOf(row: MessageRow): MessageState {
  const base = {
    id: uuidToId("msg", row.id),
    discussion: uuidToId("disc", row.stream),
    seq: row.seq as Seq, // a row's seq is a checked one
    author: uuidToId("user", row.actor),
    at: row.at as UnixMs,
    ...(row.body?.replyTo === undefined ? {} : { replyTo: row.body.replyTo }),
    ...(row.reply_to_seq === null ? {} : { replyToSeq: row.reply_to_seq as Seq }),
    changedSeq: (row.changed_seq ?? row.seq) as Seq,
  };
  const reactions = (row.reactions ?? []).map(reactionOf);
  const { change } = row;
  if (change === null) {
    assert(row.body !== null, `a message without body and without a change: ${row.id}`);
    return { ...base, kind: "live", revision: 0, ...contentOf(row.body), reactions };
  }
  assertFold(row.id, row.fold_version ?? 0);
  switch (change.kind) {
    case "live": {
      const { revision, editedAt } = change;
      const edited = editedAt === undefined ? {} : { editedAt };
      return { ...base, kind: "live", revision, ...edited, ...contentOf(change), reactions };
    }
    case "deleted":
      return { ...base, ...change };
    default:
      return unreachable(change);
  }
}

type StoredContent = Pick<LiveMessage, "text"> & Partial<Pick<LiveMessage, "mentions" | "attachments">>;

function contentOf({ text, mentions = [], attachments = [] }: StoredContent) {
  return { text, mentions, attachments };
}

function reactionOf([emoji, user, seq]: ReactionTuple): Reaction {
  return { emoji, user: uuidToId("user", user), seq: seq as Seq };
}
