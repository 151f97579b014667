/**
 * The statements of places.ts for one shard. They are texts: put together of fragments at each call they would cost more than they take to run.
 * @module
 */
import type { StreamKind } from "@gatz/domain";
import { STREAM_KIND_CODES } from "../../schema/codes.ts";
import type { SchemaName } from "../../schema/names.ts";

/** A user's own streams that are looked at one by one before anything else is tried. */
export const LOOK = 48;
/** The shard's newest streams that are asked whether the user is in them. */
const WALK = 256;

/** The newest stays of the user $1 up to the day $2, whatever they are in. */
export function looking(schema: SchemaName): string {
  const s = `"${schema}"`;
  return `
    select fence.position, stays.*
    from ${s}.fence
    left join (
      select m.stream, s.kind, m.active_on, ${isLast(s)} as is_last,
        coalesce((select at from ${s}.events where stream = m.stream and seq = m.left_seq), s.last_at) as last_at
      from (
        select * from ${s}.members where "user" = $1::uuid and active_on <= $2::int
        order by active_on desc limit ${LOOK + 1}
      ) m
      -- Looked up one by one: the planner would rather read all of the shard's, for as long as these are not many more.
      cross join lateral (select kind, last_at from ${s}.streams where id = m.stream limit 1) s
      order by m.active_on desc
    ) stays on true`;
}

/**
 * The discussions of the user $1 among the shard's newest, active at most at $6, behind the place ($3, $4), at most $5 and those as new as
 * the last of these; and those that ended, as {@link lookingAtAll} has them.
 */
export function walkingNewest(schema: SchemaName): string {
  const s = `"${schema}"`;
  const newest = `${s}.streams where kind = ${STREAM_KIND_CODES.discussion} and active <= $6::int`;
  // Materialized: wherever the edge is named it would be looked for anew.
  return `
    with edge as materialized (
      select (select active from ${newest} order by active desc offset ${WALK - 1} limit 1) as active
    )
    select fence.position, edge.active as edge, mine.*
    from ${s}.fence
    cross join edge
    left join lateral (
      (
        select stream, last_at, true as is_open from (
          select s.id as stream, s.last_at
          from (select id, active, last_at from ${newest} order by active desc limit ${WALK}) s
          cross join lateral (
            select 1 from ${s}.members where stream = s.id and "user" = $1::uuid and left_seq is null limit 1
          ) m
          where (edge.active is null or s.active > edge.active) and (s.last_at, s.id) < ($3::int8, $4::uuid)
          order by s.active desc
          fetch first ($5::int) rows with ties
        ) walked
        order by last_at desc, stream desc limit $5::int
      )
      union all
      select stream, last_at, false from (${stays(s, { kind: "discussion", ended: true })}) ended
    ) mine on true`;
}

/** The newest stays of the user $1 in streams of a kind, up to the day $2, behind the place ($3, $4), at most $5 of each sort and those of the same day. */
export function lookingAtAll(schema: SchemaName, kind: StreamKind): string {
  const s = `"${schema}"`;
  return `
    select fence.position, mine.*
    from ${s}.fence
    left join (
      (${stays(s, { kind, ended: false })}) union all (${stays(s, { kind, ended: true })})
    ) mine on true`;
}

/**
 * The user's newest stays, those that have ended or the others: days come in the index's order, and within a day all are looked at.
 * The kind is written out: as a parameter it would keep a prepared statement from the index of one kind.
 */
function stays(s: string, { kind, ended }: { kind: StreamKind; ended: boolean }): string {
  const [lastAt, left] = ended
    ? [`(select at from ${s}.events where stream = m.stream and seq = m.left_seq)`, "is not null"]
    : ["s.last_at", "is null"];
  return `
    select stream, last_at from (
      select m.stream, m.active_on, ${lastAt} as last_at, ${isLast(s)} as is_last
      from ${s}.members m
      join ${s}.streams s on s.id = m.stream and s.kind = ${STREAM_KIND_CODES[kind]}
      where m."user" = $1::uuid and m.left_seq ${left} and m.active_on <= $2::int
    ) stays
    where is_last and (last_at, stream) < ($3::int8, $4::uuid)
    order by active_on desc
    fetch first ($5::int) rows with ties`;
}

/** Whether the stay `m` is the user's newest in its stream: only ended ones may not be. */
function isLast(s: string): string {
  return `(m.left_seq is null or not exists (
    select 1 from ${s}.members n where n.stream = m.stream and n."user" = m."user" and n.from_seq > m.from_seq
  ))`;
}
