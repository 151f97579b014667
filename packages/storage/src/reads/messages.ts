import {
  type DiscussionId,
  type ExpungeMarks,
  idToUuid,
  type MessageId,
  prefixOf,
  type Seq,
  seq,
  shardOf,
  type ShownMessage,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { MessagePage, SeqRange } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { MAX_SEQ } from "./events.ts";
import type { ReadPools } from "./read_pools.ts";
import { marksSeen, messageSeen, newMessageCode, seenColumns, seenJoins, type SeenRow } from "./seen_messages.ts";

const NEW_MESSAGE = EVENT_CODES.discussion["new-message"];

/** `id` is null in the one row of an answer without messages. */
type HeadedRow = { head: number; marks: ExpungeMarks | null } & (SeenRow | { id: null });

/** A page of a discussion's messages through ranges that a viewer sees, newest first (VIS4). `asOf` is the newest seq seen. */
export async function readMessages(
  pools: ReadPools,
  stream: DiscussionId,
  { viewer, ranges, before, limit }: { viewer: UserId; ranges: readonly SeqRange[]; before?: Seq; limit: number },
): Promise<MessagePage> {
  const last = ranges.at(-1);
  if (last === undefined) return { asOf: seq(0), messages: [], before: null };
  const one = limit + 1; // one more tells whether there is another page
  const rows = await pools.read(
    shardOf(stream),
    (q) =>
      selectSeen(q, { viewer, stream, ranges, whole: q.sql`e.place <= ${limit}` }, (seen) =>
        q.sql`
        select e.*, row_number() over (order by e.seq desc) as place from ${seen} cross join lateral (
          select * from ${q.sql(q.schema)}.events
          where stream = h.id and type = ${newMessageCode(q)} and seq between f and least(t, ${
          Math.min(before ?? MAX_SEQ, MAX_SEQ) - 1
        })
          order by seq desc limit ${one}
        ) e
        order by e.seq desc limit ${one}`),
  );
  const messages = messagesOf(rows, { viewer, ranges });
  const page = messages.slice(0, limit);
  return { asOf: asOf(rows, last), messages: page, before: messages.length > limit ? page.at(-1)?.seq ?? null : null };
}

/** Messages of one discussion by id, through ranges that a viewer sees. */
export async function readMessagesById(
  pools: ReadPools,
  stream: DiscussionId,
  { viewer, ids, ranges }: { viewer: UserId; ids: readonly MessageId[]; ranges: readonly SeqRange[] },
): Promise<{ asOf: Seq; messages: ReadonlyMap<MessageId, ShownMessage> }> {
  const last = ranges.at(-1);
  if (last === undefined) return { asOf: seq(0), messages: new Map() };
  const rows = await pools.read(shardOf(stream), (q) =>
    selectSeen(q, { viewer, stream, ranges }, (seen) =>
      q.sql`
        select * from ${q.sql(q.schema)}.events e
        where e.id = any(${ids.map(idToUuid)}::uuid[]) and e.stream = h.id and e.type = ${NEW_MESSAGE}
          and exists (select 1 from ${seen} where e.seq between f and t)`));
  return {
    asOf: asOf(rows, last),
    messages: new Map(messagesOf(rows, { viewer, ranges }).map((message) => [message.id, message])),
  };
}

/** Which discussion a message is in, or null. */
export async function readDiscussionOf(pools: ReadPools, message: MessageId): Promise<DiscussionId | null> {
  const shard = shardOf(message);
  if (prefixOf(message) !== "msg" || !pools.shards.includes(shard)) return null;
  const [row] = await pools.read(shard, ({ sql, schema }) =>
    sql<{ stream: string }[]>`
      select stream from ${sql(schema)}.events where id = ${idToUuid(message)} and type = ${NEW_MESSAGE}`);
  return row === undefined ? null : uuidToId("disc", row.stream);
}

type Fragment = ReturnType<typeof seenColumns>;

// One statement: messages, what changed them and the head are of one snapshot (READ0).
function selectSeen(
  q: Queryable,
  { viewer, stream, ranges, whole }: {
    viewer: UserId;
    stream: DiscussionId;
    ranges: readonly SeqRange[];
    whole?: Fragment;
  },
  newMessages: (seen: Fragment) => Fragment,
): Promise<HeadedRow[]> {
  const from = ranges.map((range) => range.from);
  const to = ranges.map((range) => Math.min(range.to, MAX_SEQ));
  const seen = () => q.sql`unnest(${from}::int[], ${to}::int[]) as seen(f, t)`;
  // Where the newest range begins and ends: all that happens in it up to the head is in the projections.
  const beyond = q.sql`e.seq < ${from.at(-1) ?? 0} or h.seq > ${to.at(-1) ?? 0}`;
  return q.sql<HeadedRow[]>`
    select h.seq as head, st.state->'expunged' as marks, m.*
    from ${q.sql(q.schema)}.streams h
    join ${q.sql(q.schema)}.stream_states st on st.id = h.id
    left join lateral (
      select ${seenColumns(q)} from (${newMessages(seen())}) e ${
    seenJoins(q, { viewer, seen: seen(), beyond, ...(whole && { whole }) })
  }
    ) m on true
    where h.id = ${idToUuid(stream)}
    order by m.seq desc`;
}

function messagesOf(
  rows: readonly HeadedRow[],
  { viewer, ranges }: { viewer: UserId; ranges: readonly SeqRange[] },
): ShownMessage[] {
  const marks = marksSeen(rows[0]?.marks ?? null, ranges);
  return rows.flatMap((row) => row.id === null ? [] : [messageSeen(row, viewer, marks)]);
}

function asOf(rows: readonly HeadedRow[], last: SeqRange): Seq {
  return seq(Math.min(rows[0]?.head ?? 0, last.to));
}
