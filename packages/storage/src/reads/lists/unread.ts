/** How many messages of a discussion are unread (READ2): counted when asked, never kept. @module */
import { idToUuid, type UserId, uuidToId } from "@gatz/domain";
import type { Count } from "../../contract.ts";
import type { Queryable } from "../../postgres/queryable.ts";
import { EVENT_CODES } from "../../schema/codes.ts";
import { newMessageCode } from "../seen_messages.ts";
import type { Mark } from "./seen_discussions.ts";

/** Of one discussion. */
export interface UnreadColumns {
  readonly unread: number;
  /** Whether there are more than were counted, or looked at. */
  readonly more: boolean;
  readonly mentioned_by: readonly string[] | null;
}

export interface Unread {
  readonly unread: Count;
  /** Who wrote those of the counted that mention the user: one entry a message. */
  readonly mentionedBy: readonly UserId[];
}

/** Counted up to here, among so many of the newest messages of each range that is seen. */
const COUNTED = 99;
const WITHIN = 1_000;

export function unreadFrom({ unread, more, mentioned_by }: UnreadColumns): Unread {
  return {
    unread: { count: Math.min(unread, COUNTED), more: more || unread > COUNTED },
    mentionedBy: (mentioned_by ?? []).map((user) => uuidToId("user", user)),
  };
}

type Fragment = ReturnType<Queryable["sql"]>;

/**
 * The columns of {@link UnreadColumns}: of the stream `s` behind `a.read`, within `mine.seen`. Each range is walked from its newest message
 * down, and no further than it takes to count to one more than is told.
 */
export function unreadOf(
  q: Queryable,
  { user, blocks, marks }: { user: UserId; blocks: readonly UserId[]; marks: readonly Mark[] },
): Fragment {
  const { sql } = q;
  const here = sql(q.schema);
  const messages = sql`${here}.events
    where stream = s.id and type = ${newMessageCode(q)} and seq >= greatest(lower(r), a.read + 1) and seq < upper(r)`;
  return sql`
    select count(*)::int as unread, array_agg(actor) filter (where mentions) as mentioned_by,
      count(*) > ${COUNTED} or exists (
        select 1 from unnest(mine.seen) r where exists (
          select 1 from ${messages} order by seq desc offset ${WITHIN} limit 1
        )
      ) as more
    from unnest(mine.seen) r
    cross join lateral (
      select e.actor, said.content -> 'mentions' ? ${user} as mentions
      from (select id, seq, actor, body from ${messages} order by seq desc limit ${WITHIN}) e
      left join ${here}.message_changes c on c.id = e.id
      cross join lateral (${contentSeen(q)}) said
      where e.actor <> all(${[user, ...blocks].map(idToUuid)}::uuid[])
        and said.content is not null and not ${underMark(q, marks)}
      limit ${COUNTED + 1}
    ) counted`;
}

/**
 * What the message `e` says to the viewer, as `content`; null: it is deleted. Where changes may have come that the viewer does not see, those
 * are looked for that they do.
 */
function contentSeen({ sql, schema }: Queryable): Fragment {
  const { "edit-message": EDIT, "delete-message": DELETE } = EVENT_CODES.discussion;
  const changes = sql`
    from ${sql(schema)}.events t where t.stream = s.id and t.target_seq = e.seq and mine.seen @> t.seq`;
  return sql`
    select case
      when e.seq >= mine.whole_from
        then case when c.id is null then e.body when c.state ->> 'kind' = 'live' then c.state end
      when exists (select 1 ${changes} and t.type = ${DELETE}) then null
      else coalesce((select t.body ${changes} and t.type = ${EDIT} order by t.seq desc limit 1), e.body)
    end as content`;
}

/** Whether the message `e` falls under one of the marks (MOD1). */
function underMark({ sql }: Queryable, marks: readonly Mark[]): Fragment {
  return sql`exists (
    select 1 from unnest(
      ${marks.map(({ stream }) => stream)}::uuid[], ${marks.map(({ author }) => author)}::uuid[],
      ${marks.map(({ upTo }) => upTo)}::int[]
    ) as marks(stream, author, up_to)
    where marks.stream = s.id and marks.author = e.actor and e.seq <= marks.up_to
  )`;
}
