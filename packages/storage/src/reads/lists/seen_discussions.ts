/**
 * Discussions of one shard as one user sees them in a list (VIS4, READ2): one statement, so that all parts of a row are of one snapshot.
 * @module
 */
import {
  assert,
  type DiscussionId,
  type ExpungeMark,
  type ExpungeMarks,
  idToUuid,
  type Interval,
  marksWithin,
  seesSeq,
  type Seq,
  type UnixMs,
  type UserId,
  uuidToId,
  visibleRanges,
} from "@gatz/domain";
import type { Queryable } from "../../postgres/queryable.ts";
import { STREAM_KIND_CODES } from "../../schema/codes.ts";
import { assertFold, membershipsOf, type MemberTuple } from "../../shard/load_states.ts";
import type { DiscussionJson } from "../../shard/state_json.ts";
import { newMessageCode, seenColumns, seenJoins, type SeenRow } from "../seen_messages.ts";
import { type UnreadColumns, unreadOf } from "./unread.ts";

export interface Asked {
  /** By UUID. */
  readonly stream: string;
  /** The newest that is read; 0: nothing. */
  readonly read: number;
  /** Whether it is shown: then its newest message is wanted too. */
  readonly isShown: boolean;
}

export interface SeenDiscussion {
  readonly id: DiscussionId;
  readonly isShown: boolean;
  /** As it is now, also for who has left. */
  readonly own: DiscussionJson;
  /** The user's stays, oldest first; never empty. */
  readonly stays: readonly Interval[];
  /** Those that the user sees. */
  readonly marks: ExpungeMarks;
  /** Whether `own` is of a later seq than the user sees. */
  readonly isPast: boolean;
  readonly head: Seq;
  readonly lastAt: UnixMs;
  /** Of those who are members now, unless `isPast`. */
  readonly memberCount: number;
  readonly preview: SeenRow | null;
  readonly unread: UnreadColumns;
}

/** A mark that the user sees (MOD1): messages of an author in a stream, up to a seq. */
export interface Mark {
  readonly stream: string;
  readonly author: string;
  readonly upTo: number;
}

interface Row extends UnreadColumns {
  readonly id: string;
  readonly shown: number;
  readonly seq: number;
  readonly last_at: number;
  readonly fold_version: number;
  readonly state: DiscussionJson;
  readonly stays: readonly MemberTuple[];
  readonly members: number;
  readonly preview: SeenRow | null;
}

export interface SeenAsked {
  readonly user: UserId;
  /** Whom the user blocks: what these write is not unread. */
  readonly blocks: readonly UserId[];
  readonly asked: readonly Asked[];
}

/** Those of the discussions that the user is or was in, in no order. */
export async function selectSeenDiscussions(q: Queryable, ask: SeenAsked): Promise<SeenDiscussion[]> {
  const done: SeenDiscussion[] = [];
  let marks: readonly Mark[] = [];
  for (let { asked } = ask; asked.length > 0;) {
    const seen = (await select(q, { ...ask, asked, marks })).map((row) => seenOf(row, ask.user));
    const known = Map.groupBy(marks, ({ stream }) => stream);
    // Few have marks: only a row tells which, and with those that it was not counted under it is asked for again.
    const anew = seen.filter((one) => !sameMarks(marksOf(one), known.get(idToUuid(one.id)) ?? []));
    done.push(...seen.filter((one) => !anew.includes(one)));
    marks = anew.flatMap(marksOf);
    const again = new Set<string>(anew.map(({ id }) => idToUuid(id)));
    asked = asked.filter(({ stream }) => again.has(stream));
  }
  return done;
}

function marksOf({ id, marks }: SeenDiscussion): Mark[] {
  const stream = idToUuid(id);
  // The keys of marks are user ids.
  return (Object.entries(marks ?? {}) as [UserId, readonly ExpungeMark[]][])
    .flatMap(([author, all]) => all.map(({ upToSeq }) => ({ stream, author: idToUuid(author), upTo: upToSeq })));
}

function sameMarks(a: readonly Mark[], b: readonly Mark[]): boolean {
  return a.length === b.length && a.every(({ author, upTo }, n) => b[n]!.author === author && b[n]!.upTo === upTo);
}

function seenOf(row: Row, user: UserId): SeenDiscussion {
  assertFold(row.id, row.fold_version);
  const stays = membershipsOf(row.stays)[user] ?? [];
  const head = visibleRanges(stays, row.seq as Seq).at(-1)?.to; // a row's seq is a checked one
  assert(head !== undefined, `nothing of it is the user's: ${row.id}`);
  return {
    id: uuidToId("disc", row.id),
    isShown: row.shown === 1,
    own: row.state,
    stays,
    marks: marksWithin(row.state.expunged, (at) => seesSeq(stays, at)),
    isPast: head < row.seq,
    head,
    lastAt: row.last_at as UnixMs,
    memberCount: row.members,
    preview: row.preview,
    unread: { unread: row.unread, mentioned_by: row.mentioned_by, more: row.more },
  };
}

function select(q: Queryable, { user, blocks, asked, marks }: SeenAsked & { marks: readonly Mark[] }): Promise<Row[]> {
  const { sql } = q;
  const [here, me] = [sql(q.schema), idToUuid(user)];
  return sql<Row[]>`
    select s.id, a.shown, s.seq, st.fold_version, st.state, mine.stays,
      coalesce((select at from ${here}.events where stream = s.id and seq = mine.left_seq), s.last_at) as last_at,
      case when mine.left_seq is null or mine.left_seq = s.seq
        then (select count(*)::int from ${here}.members m where m.stream = s.id and m.left_seq is null) else 0
      end as members,
      to_jsonb(p) as preview, u.*
    from unnest(
      ${asked.map(({ stream }) => stream)}::uuid[], ${asked.map(({ read }) => read)}::int[],
      ${asked.map(({ isShown }) => Number(isShown))}::int[]
    ) as a(id, read, shown)
    -- Looked up one by one: the planner would rather read all of the shard's, for as long as these are not many more.
    cross join lateral (
      select id, seq, last_at from ${here}.streams where id = a.id and kind = ${STREAM_KIND_CODES.discussion} limit 1
    ) s
    cross join lateral (select fold_version, state from ${here}.stream_states where id = a.id limit 1) st
    cross join lateral (${staysOf(q, me)}) mine
    left join lateral (${preview(q, user)}) p on true
    cross join lateral (${unreadOf(q, { user, blocks, marks })}) u
    where mine.stays is not null`;
}

type Fragment = ReturnType<typeof seenColumns>;

/**
 * The user's stays in the stream `s`; what they let see, as a multirange; and from where on nothing has happened that they do not: there the
 * projections say what has become of a message.
 */
function staysOf({ sql, schema }: Queryable, me: string): Fragment {
  return sql`
    select jsonb_agg(jsonb_build_array(m."user", from_seq, history_from, role, left_seq) order by from_seq) as stays,
      (array_agg(left_seq order by from_seq desc))[1] as left_seq,
      range_agg(int4range(history_from, coalesce(left_seq, s.seq), '[]'))
        filter (where history_from <= coalesce(left_seq, s.seq)) as seen,
      case when bool_or(left_seq is null) then max(history_from) filter (where left_seq is null) else s.seq + 1 end as whole_from
    from ${sql(schema)}.members m where m.stream = s.id and m."user" = ${me}`;
}

/** The newest message that the user may see. */
function preview(q: Queryable, viewer: UserId): Fragment {
  const { sql } = q;
  return sql`
    select ${seenColumns(q)}
    from (
      select e.* from unnest(mine.seen) r cross join lateral (
        select * from ${sql(q.schema)}.events
        where a.shown = 1 and stream = s.id and type = ${newMessageCode(q)} and seq >= lower(r) and seq < upper(r)
        order by seq desc limit 1
      ) e
      order by e.seq desc limit 1
    ) e ${
    seenJoins(q, {
      viewer,
      seen: sql`(select lower(x) as f, upper(x) - 1 as t from unnest(mine.seen) x) seen`,
      beyond: sql`e.seq < mine.whole_from`,
    })
  }`;
}
