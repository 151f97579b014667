/**
 * Where a user's streams stand in a list, newest activity first: one shard's part of it. What somebody is in has no order of its own that a
 * message could change: that would be a write for every member. So the newest of a shard are found by what is least of three: the user's
 * own streams of the newest days, if they are few; the shard's newest streams, if the user is in many of these; or all of the days needed.
 * @module
 */
import { assert, idToUuid, type Position, type ShardNumber, type UnixMs, type UserId } from "@gatz/domain";
import type { Queryable } from "../../postgres/queryable.ts";
import { STREAM_KIND_CODES } from "../../schema/codes.ts";
import type { ReadPools } from "../read_pools.ts";

/** One stream of a list, by UUID. `lastAt` is of the newest event that the user sees: for an ex-member, their leaving. */
export interface Place {
  readonly stream: string;
  readonly lastAt: UnixMs;
}

export interface PlacesAsked {
  readonly user: UserId;
  readonly kind: "group" | "discussion";
  readonly limit: number;
  /** A guess: the user is in more streams of each shard than one would look at one by one. */
  readonly isInMany: boolean;
  /** Only what stands behind it. */
  readonly before?: Place | undefined;
}

export interface PlacesHere {
  readonly shard: ShardNumber;
  /** The fence's, not newer than the places: what comes after it is news (LIVE3). */
  readonly position: Position;
  /** Newest first, at most `limit`. */
  readonly places: readonly Place[];
  /** Whether the shard has none behind these. */
  readonly isAll: boolean;
}

/** Newest activity first; of those at the same moment the greater id. */
export function newestFirst(a: Place, b: Place): number {
  if (a.lastAt !== b.lastAt) return b.lastAt - a.lastAt;
  return a.stream === b.stream ? 0 : a.stream < b.stream ? 1 : -1;
}

/** A user's own streams that are looked at one by one before anything else is tried. */
const LOOK = 48;
/** The shard's newest streams that are asked whether the user is in them. */
const WALK = 256;
/** Milliseconds of a day: `members.active_on` counts days. */
const DAY_MS = 86_400_000;
const LAST_DAY = 2 ** 31 - 1;
/** `streams.active` counts these: its column is made from `last_at` by the same shift. */
const ACTIVE_BITS = 10;

/** Throws {@link ShardUnavailable}. */
export async function readPlaces(pools: ReadPools, shard: ShardNumber, asked: PlacesAsked): Promise<PlacesHere> {
  return await pools.read(shard, async (q) => {
    const few = asked.isInMany ? null : await amongMine(q, asked);
    const { position, places, isAll } = few ?? await amongNewest(q, asked) ?? await amongAll(q, asked);
    return { shard, position, places, isAll };
  });
}

type Found = Omit<PlacesHere, "shard">;

function found(
  position: number,
  sorted: readonly Place[],
  { limit, isAll }: { limit: number; isAll?: boolean },
): Found {
  return {
    position: position as Position, // the fence's
    places: sorted.slice(0, limit).map(({ stream, lastAt }) => ({ stream, lastAt })),
    isAll: isAll ?? sorted.length <= limit,
  };
}

/** A stay of the user's. */
interface Looked extends Place {
  readonly kind: number;
  readonly active_on: number;
  /** The user's newest in this stream. */
  readonly is_last: boolean;
}

/** By the user's newest stays, if these are all, or at least all of as many days as it takes. */
async function amongMine(q: Queryable, asked: PlacesAsked): Promise<Found | null> {
  const { position, looked } = await look(q, asked);
  const { limit } = asked;
  const mine = looked.filter((stay) => isAskedFor(stay, asked)).sort(newestFirst);
  if (looked.length <= LOOK) return found(position, mine, { limit });
  const lastDay = looked.at(-1)!.active_on; // it is not empty
  const whole = mine.filter(({ active_on }) => active_on > lastDay);
  return whole.length >= limit ? found(position, whole, { limit, isAll: false }) : null;
}

function isAskedFor(stay: Looked, { kind, before }: PlacesAsked): boolean {
  if (!stay.is_last || stay.kind !== STREAM_KIND_CODES[kind]) return false;
  return before === undefined || newestFirst(before, stay) < 0;
}

/** The user's newest stays by day, at most one more than are looked at; with the fence's position in the same snapshot. */
async function look(q: Queryable, { user, before }: PlacesAsked): Promise<{ position: number; looked: Looked[] }> {
  const { sql } = q;
  const here = sql(q.schema);
  const rows = await sql<Fenced<PlaceRow & Omit<Looked, keyof Place>>[]>`
    select fence.position, stays.*
    from ${here}.fence
    left join (
      select m.stream, s.kind, coalesce(e.at, s.last_at) as last_at, m.active_on, ${isLast(q)} as is_last
      from (
        select * from ${here}.members where "user" = ${idToUuid(user)} and active_on <= ${dayOf(before)}
        order by active_on desc limit ${LOOK + 1}
      ) m
      join ${here}.streams s on s.id = m.stream
      left join ${here}.events e on e.stream = m.stream and e.seq = m.left_seq
      order by m.active_on desc
    ) stays on true`;
  return {
    position: positionOf(rows),
    looked: rows.flatMap((row) => row.stream === null ? [] : [{ ...row, ...placeOf(row) }]),
  };
}

/**
 * By the shard's newest streams, asking of each whether the user is in it, and by the user's newest stays that have ended; null if there are
 * too few. The times at which streams were active are walked as a whole each, but for the oldest.
 */
async function amongNewest(q: Queryable, asked: PlacesAsked): Promise<Found | null> {
  const { user, kind, limit, before } = asked;
  // The index is of discussions: of groups the whole table would be sorted.
  if (kind !== "discussion") return null;
  const { sql } = q;
  const here = sql(q.schema);
  const newest = sql`${here}.streams where kind = ${kindCode(q, kind)} and active <= ${activeOf(before)}`;
  const rows = await sql<({ edge: number | null } & Fenced<PlaceRow & { is_open: boolean }>)[]>`
    select fence.position, edge.active as edge, mine.*
    from ${here}.fence
    cross join (select (select active from ${newest} order by active desc offset ${WALK - 1} limit 1) as active) edge
    left join lateral (
      (
        select stream, last_at, true as is_open from (
          select s.id as stream, s.last_at
          from (select id, active, last_at from ${newest} order by active desc limit ${WALK}) s
          cross join lateral (
            select 1 from ${here}.members where stream = s.id and "user" = ${
    idToUuid(user)
  } and left_seq is null limit 1
          ) m
          where (edge.active is null or s.active > edge.active) ${behind(q, before, sql`s.last_at, s.id`)}
          order by s.active desc
          fetch first ${limit + 1} rows with ties
        ) walked
        order by last_at desc, stream desc limit ${limit + 1}
      )
      union all
      select stream, last_at, false from (${stays(q, asked, { ended: true })}) ended
    ) mine on true`;
  const open = rows.filter((row) => row.stream !== null && row.is_open).length;
  // The walk was cut short by neither its own end nor the page's: then it came to the end of the shard's streams.
  const cameToEnd = rows[0]?.edge === null && open <= limit;
  return open > limit || cameToEnd ? found(positionOf(rows), placesOf(rows), { limit }) : null;
}

/** By all of the user's stays of as many days as it takes. */
async function amongAll(q: Queryable, asked: PlacesAsked): Promise<Found> {
  const { sql } = q;
  const rows = await sql<Fenced<PlaceRow>[]>`
    select fence.position, mine.*
    from ${sql(q.schema)}.fence
    left join (
      (${stays(q, asked, { ended: false })}) union all (${stays(q, asked, { ended: true })})
    ) mine on true`;
  return found(positionOf(rows), placesOf(rows), { limit: asked.limit });
}

interface PlaceRow {
  readonly stream: string;
  readonly last_at: number;
}

/** With the fence's position in the same snapshot; `stream` is null in the one row of a shard where there is nothing. */
type Fenced<Row> = { readonly position: number } & (Row | { readonly stream: null });

function positionOf(rows: readonly { readonly position: number }[]): number {
  const [first] = rows;
  assert(first !== undefined, "a shard has a fence");
  return first.position;
}

function placesOf(rows: readonly Fenced<PlaceRow>[]): Place[] {
  return rows.flatMap((row) => row.stream === null ? [] : [placeOf(row)]).sort(newestFirst);
}

function placeOf({ stream, last_at }: PlaceRow): Place {
  return { stream, lastAt: last_at as UnixMs }; // a row's time is a checked one
}

type Fragment = ReturnType<Queryable["sql"]>;

/** The user's newest stays, those that have ended or the others: days come in the index's order, and within a day all are looked at. */
function stays(q: Queryable, { user, kind, limit, before }: PlacesAsked, { ended }: { ended: boolean }): Fragment {
  const { sql } = q;
  const here = sql(q.schema);
  const [lastAt, left] = ended
    ? [sql`(select at from ${here}.events where stream = m.stream and seq = m.left_seq)`, sql`is not null`]
    : [sql`s.last_at`, sql`is null`];
  return sql`
    select stream, last_at from (
      select m.stream, m.active_on, ${lastAt} as last_at, ${isLast(q)} as is_last
      from ${here}.members m
      join ${here}.streams s on s.id = m.stream and s.kind = ${kindCode(q, kind)}
      where m."user" = ${idToUuid(user)} and m.left_seq ${left} and m.active_on <= ${dayOf(before)}
    ) stays
    where is_last ${behind(q, before, sql`last_at, stream`)}
    order by active_on desc
    fetch first ${limit + 1} rows with ties`;
}

/** Whether the stay `m` is the user's newest in its stream: only ended ones may not be. */
function isLast({ sql, schema }: Queryable): Fragment {
  return sql`(m.left_seq is null or not exists (
    select 1 from ${sql(schema)}.members n where n.stream = m.stream and n."user" = m."user" and n.from_seq > m.from_seq
  ))`;
}

function behind({ sql }: Queryable, before: Place | undefined, columns: Fragment): Fragment {
  return before === undefined ? sql`` : sql`and (${columns}) < (${before.lastAt}, ${before.stream}::uuid)`;
}

/** Written out: as a parameter it would keep a prepared statement from the index of one kind. */
function kindCode({ sql }: Queryable, kind: PlacesAsked["kind"]): Fragment {
  return sql`${sql.unsafe(String(STREAM_KIND_CODES[kind]))}`;
}

function dayOf(before: Place | undefined): number {
  return before === undefined ? LAST_DAY : Math.floor(before.lastAt / DAY_MS);
}

function activeOf(before: Place | undefined): number {
  // A client's place may be of any time, and the column's is of 31 bits.
  return before === undefined ? LAST_DAY : Math.min(LAST_DAY, Math.floor(before.lastAt / 2 ** ACTIVE_BITS));
}
