/**
 * Where a user's streams stand in a list, newest activity first: one shard's part of it. What somebody is in has no order of its own that a
 * message could change: that would be a write for every member. So the newest of a shard are found by what is least of three: the user's
 * own streams of the newest days, if they are few; the shard's newest streams, if the user is in many of these; or all of the days needed.
 * @module
 */
import { assert, idToUuid, type Position, type ShardNumber, type UnixMs, type UserId } from "@gatz/domain";
import type { Queryable } from "../../postgres/queryable.ts";
import { STREAM_KIND_CODES } from "../../schema/codes.ts";
import { PREPARED } from "../../shard/load_ground.ts";
import type { ReadPools } from "../read_pools.ts";
import { LOOK, looking, lookingAtAll, walkingNewest } from "./places_statements.ts";

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
async function look(q: Queryable, asked: PlacesAsked): Promise<{ position: number; looked: Looked[] }> {
  const text = looking(q.schema);
  const parameters = [idToUuid(asked.user), dayOf(asked.before)];
  const rows = await q.sql.unsafe<Fenced<PlaceRow & Omit<Looked, keyof Place>>[]>(text, parameters, PREPARED);
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
  const { kind, limit, before } = asked;
  // The index is of discussions: of groups the whole table would be sorted.
  if (kind !== "discussion") return null;
  const text = walkingNewest(q.schema);
  const parameters = [...staysParameters(asked), activeOf(before)];
  type Row = { edge: number | null } & Fenced<PlaceRow & { is_open: boolean }>;
  const rows = await q.sql.unsafe<Row[]>(text, parameters, PREPARED);
  const open = rows.filter((row) => row.stream !== null && row.is_open).length;
  // The walk was cut short by neither its own end nor the page's: then it came to the end of the shard's streams.
  const cameToEnd = rows[0]?.edge === null && open <= limit;
  return open > limit || cameToEnd ? found(positionOf(rows), placesOf(rows), { limit }) : null;
}

/** By all of the user's stays of as many days as it takes. */
async function amongAll(q: Queryable, asked: PlacesAsked): Promise<Found> {
  const text = lookingAtAll(q.schema, asked.kind);
  const rows = await q.sql.unsafe<Fenced<PlaceRow>[]>(text, staysParameters(asked), PREPARED);
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

/** $1 to $5 of these statements. */
function staysParameters({ user, before = EVERYTHING, limit }: PlacesAsked): (string | number)[] {
  return [idToUuid(user), dayOf(before), before.lastAt, before.stream, limit + 1];
}

/** All places are behind it. */
const EVERYTHING: Place = {
  stream: "ffffffff-ffff-ffff-ffff-ffffffffffff",
  lastAt: Number.MAX_SAFE_INTEGER as UnixMs, // later than any
};

// A client's place may be of any time, and the columns are of 31 bits.
function dayOf(before: Place = EVERYTHING): number {
  return Math.min(LAST_DAY, Math.floor(before.lastAt / DAY_MS));
}

function activeOf(before: Place = EVERYTHING): number {
  return Math.min(LAST_DAY, Math.floor(before.lastAt / 2 ** ACTIVE_BITS));
}
