/** Which streams of a shard concern a user and moved after a position. @module */
import { assert, idToUuid, type Position, type Seq, shardOf, type StreamId, type UserId } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { decoder, STREAM_KIND_CODES } from "../schema/codes.ts";
import { streamOf } from "../shard/codec.ts";
import type { ResumeFrom } from "./resume.ts";

export interface Concerned {
  readonly stream: StreamId;
  /** The newest seq that the user may see: the stream's, or where they left. */
  readonly head: Seq;
  /** The newest stay began after the position. */
  readonly began: boolean;
  /** The first seq that the newest stay lets see. */
  readonly visibleFrom: Seq;
}

interface ConcernedRow {
  readonly fence: number;
  readonly stream: string;
  readonly kind: number;
  readonly head: number;
  readonly began: boolean;
  readonly visible_from: number;
}

/** `stream` is null in the one row of a shard where nothing concerns the user. */
type FencedRow = ConcernedRow | { readonly fence: number; readonly stream: null };

const kindOf = decoder(STREAM_KIND_CODES);

export async function selectConcerned(
  q: Queryable,
  user: UserId,
  from: ResumeFrom,
): Promise<{ position: Position; concerned: Concerned[] }> {
  const rows = await select(q, user, from);
  const fence = rows[0]?.fence;
  assert(fence !== undefined, `shard ${from.shard} has no fence`);
  return {
    position: fence as Position, // the fence's
    concerned: rows.flatMap((row) => row.stream === null ? [] : [concernedOf(row)]),
  };
}

function concernedOf(row: ConcernedRow): Concerned {
  return {
    stream: streamOf(kindOf(row.kind), row.stream),
    head: row.head as Seq, // a row's seqs are checked ones
    began: row.began,
    visibleFrom: row.visible_from as Seq,
  };
}

const DAY_MS = 86_400_000;

/**
 * Members' rows carry the day of the stream's last activity, so that only recent ones are walked: those active on the day of the position,
 * less a day, since nothing is ordered by a clock; and no later than today, in case it was set back since.
 */
function select(q: Queryable, user: UserId, { shard, position, only }: ResumeFrom): Promise<FencedRow[]> {
  const { sql } = q;
  const here = sql(q.schema);
  const me = idToUuid(user);
  const [onlyStay, onlyOwn] = only === undefined
    ? [sql``, sql``]
    : [sql`and stream = ${idToUuid(only)}`, sql`and id = ${idToUuid(only)}`];
  const own = shardOf(user) === shard
    ? sql`union all
        select id, kind, seq, ${position}::bigint = 0, 1 from ${here}.streams where id = ${me} and position > ${position} ${onlyOwn}`
    : sql``;
  return sql<FencedRow[]>`
    with today as (select extract(epoch from clock_timestamp()) * 1000 as ms),
    since as (
      select floor(least(today.ms, coalesce((select at from ${here}.events where position = ${position}), 0)) / ${DAY_MS})::int - 1
        as day from today
    ),
    newest as (
      select distinct on (stream) stream, history_from, joined_position, left_seq, left_position
      from ${here}.members
      where "user" = ${me} and active_on >= (select day from since) ${onlyStay}
      order by stream, from_seq desc
    )
    select fence.position as fence, moved.*
    from ${here}.fence
    left join (
      select s.id as stream, s.kind, coalesce(n.left_seq, s.seq) as head, n.joined_position > ${position} as began,
        n.history_from as visible_from
      from newest n
      -- Looked up one by one: the planner takes a third of the user's streams for recent, and would read all of the shard's.
      cross join lateral (select * from ${here}.streams where id = n.stream limit 1) s
      where coalesce(n.left_position, s.position) > ${position}
      ${own}
    ) moved on true`;
}
