/** One shard's part of a user's list of discussions. @module */
import {
  assert,
  type DiscussionDraft,
  idToUuid,
  type Interval,
  type Position,
  type Seq,
  type ShardNumber,
  type UnixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { DiscussionRow, SeqRange } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { eventCode, STREAM_KIND_CODES } from "../schema/codes.ts";
import { assertFold, membershipsOf, type MemberTuple } from "../shard/load_states.ts";
import type { DiscussionJson } from "../shard/state_json.ts";
import type { ListPage } from "./discussions.ts";
import type { ReadPools } from "./read_pools.ts";
import { marksSeen, messageSeen, newMessageCode, seenColumns, seenJoins, type SeenRow } from "./seen_messages.ts";

/** What one shard has: at most one row more than the page holds. */
export interface Here {
  position: Position;
  rows: DiscussionRow[];
}

/** Milliseconds of a day: `members.active_on` counts days. */
const DAY_MS = 86_400_000;
const LAST_DAY = 2 ** 31 - 1;

interface ListRow {
  position: number;
  discussion: string;
  head: number;
  last_at: number;
  fold_version: number;
  state: DiscussionJson;
  intervals: readonly MemberTuple[];
  member_count: number;
  /** Of who has left: how it stood then (VIS4). */
  then: { readonly name: string; readonly closed: boolean } | null;
  preview: SeenRow | null;
}

/** `discussion` is null in the one row of a shard without any. */
type FencedRow = ListRow | { position: number; discussion: null };

/** Throws {@link ShardUnavailable}. */
export async function readShardDiscussions(
  pools: ReadPools,
  { shard, user, page }: { shard: ShardNumber; user: UserId; page: ListPage },
): Promise<Here> {
  const rows = await pools.read(shard, (q) => selectList(q, user, page));
  const [first] = rows;
  assert(first !== undefined, `shard ${shard} has no fence`);
  return {
    position: first.position as Position, // the fence's
    rows: rows.flatMap((row) => row.discussion === null ? [] : [rowOf(row, user)]),
  };
}

function rowOf(row: ListRow, user: UserId): DiscussionRow {
  assertFold(row.discussion, row.fold_version);
  const intervals: readonly Interval[] = membershipsOf(row.intervals)[user] ?? [];
  const { name, closed } = row.then ?? row.state;
  return {
    discussion: uuidToId("disc", row.discussion),
    group: row.state.group,
    name,
    // It closes by itself when its last member goes.
    closed: closed || row.member_count === 0,
    memberCount: row.member_count,
    intervals,
    head: row.head as Seq,
    lastAt: row.last_at as UnixMs,
    preview: row.preview === null
      ? null
      : messageSeen(row.preview, user, marksSeen(row.state.expunged ?? null, rangesOf(intervals))),
  };
}

function rangesOf(intervals: readonly Interval[]): SeqRange[] {
  return intervals.map(({ historyFrom, left }) => ({
    from: historyFrom,
    to: left ?? (Number.MAX_SAFE_INTEGER as Seq),
  }));
}

// One statement, so that rows and the fence's position are of one snapshot: the list is a cursor too (LIVE3).
function selectList(q: Queryable, user: UserId, page: ListPage): Promise<FencedRow[]> {
  const { sql } = q;
  const here = sql(q.schema);
  const me = idToUuid(user);
  return sql<FencedRow[]>`
    select fence.position, list.*
    from ${here}.fence
    left join (
      select d.stream as discussion, d.head, d.last_at, st.fold_version, st.state, mine.intervals,
        (select count(*)::int from ${here}.members m
          where m.stream = d.stream and m.from_seq <= d.head and (m.left_seq is null or m.left_seq > d.head)
        ) as member_count,
        case when d.head < d.stream_head then ${asItStood(q)} end as "then",
        to_jsonb(p) as preview
      from (${lastStays(q, me, page)}) d
      join ${here}.stream_states st on st.id = d.stream
      cross join lateral (
        select jsonb_agg(jsonb_build_array(m."user", from_seq, history_from, role, left_seq) order by from_seq) as intervals
        from ${here}.members m where m.stream = d.stream and m."user" = ${me}
      ) mine
      left join lateral (${preview(q, user)}) p on true
    ) list on true
    order by list.last_at desc, list.discussion desc`;
}

type Fragment = ReturnType<typeof seenColumns>;

/** The discussion `d` as its own events up to its head have it, by the index of those that are no message's. */
function asItStood({ sql, schema }: Queryable): Fragment {
  const newest = (types: readonly DiscussionDraft["type"][]) =>
    sql`from ${sql(schema)}.events e
      where e.stream = d.stream and e.seq <= d.head and e.type > 4 and e.type in ${sql(types.map(codeOf))}
      order by e.seq desc limit 1`;
  return sql`jsonb_build_object(
    'name', (select e.body ->> 'name' ${newest(["create", "rename"])}),
    'closed', coalesce((select e.type = ${codeOf("close")} ${newest(["close", "reopen"])}), false))`;
}

const codeOf = (type: DiscussionDraft["type"]) => eventCode("discussion", type);

/**
 * The discussions by the user's newest stay in each, where it ends is the head that the user sees. Days come in the index's order, so
 * that a page walks recent ones only; within a day all are looked at.
 */
function lastStays(q: Queryable, me: string, { limit, before }: ListPage): Fragment {
  const { sql } = q;
  const here = sql(q.schema);
  const day = before === undefined ? LAST_DAY : Math.floor(before.lastAt / DAY_MS);
  const after = before === undefined
    ? sql``
    : sql`and (coalesce(e.at, s.last_at), m.stream) < (${before.lastAt}, ${idToUuid(before.discussion)}::uuid)`;
  return sql`
    select * from (
      select m.stream, coalesce(m.left_seq, s.seq) as head, coalesce(e.at, s.last_at) as last_at, s.seq as stream_head
      from ${here}.members m
      join ${here}.streams s on s.id = m.stream and s.kind = ${STREAM_KIND_CODES.discussion}
      left join ${here}.events e on e.stream = m.stream and e.seq = m.left_seq
      where m."user" = ${me} and m.active_on <= ${day} ${after}
        and not exists (
          select 1 from ${here}.members n
          where n.stream = m.stream and n."user" = m."user" and n.from_seq > m.from_seq
        )
      order by m.active_on desc
      fetch first ${limit + 1} rows with ties
    ) recent
    order by last_at desc, stream desc limit ${limit + 1}`;
}

/** The newest message that the user may see of the discussion `d`. */
function preview(q: Queryable, viewer: UserId): Fragment {
  const me = idToUuid(viewer);
  const { sql } = q;
  const here = sql(q.schema);
  const seen = () =>
    sql`(
      select m.history_from as f, coalesce(m.left_seq, d.head) as t
      from ${here}.members m where m.stream = d.stream and m."user" = ${me}
    ) seen`;
  return sql`
    select ${seenColumns(q)}
    from (
      select e.* from ${seen()} cross join lateral (
        select * from ${here}.events
        where stream = d.stream and type = ${newMessageCode(q)} and seq between f and t
        order by seq desc limit 1
      ) e
      order by e.seq desc limit 1
    ) e ${
    seenJoins(q, {
      viewer,
      seen: seen(),
      beyond: sql`d.stream_head > d.head
        or e.seq < (select max(m.history_from) from ${here}.members m where m.stream = d.stream and m."user" = ${me})`,
    })
  }`;
}
