/** The list of a user's discussions, newest activity first, over all shards that hold any (USR3). @module */
import { idToUuid, type ShardNumber, shardOf, type UserId, uuidToId } from "@gatz/domain";
import type { DiscussionList, DiscussionRow, ListPage, ListSum } from "../../contract.ts";
import { readPersonal } from "../../personal/rows.ts";
import type { ReadPools } from "../read_pools.ts";
import { nullIfUnavailable } from "../states.ts";
import { type NewestPlaces, readNewest } from "./newest.ts";
import { type Concern, feedPositions, readConcern, readNamedOn } from "./own_shard.ts";
import type { Place } from "./places.ts";
import { type Kept, keptOf, readRows, type RowsHere } from "./rows.ts";

/** What is unread is summed up over so many of the newest discussions, on the first page. */
const SUMMED = 50;
/** Who is in so many discussions a shard is looked for among the shard's newest first. */
const MANY = 32;

/**
 * In four rounds: what the user's own shard knows, where the newest are, what of these is read, and the rows. A shard that does not answer
 * is named in the list, and fails nothing.
 */
export async function readDiscussions(pools: ReadPools, user: UserId, page: ListPage): Promise<DiscussionList> {
  const own = shardOf(user);
  const concern = await readConcern(pools, user).catch(nullIfUnavailable);
  // Then nobody knows which others concern the user: all are asked.
  const shards = concern?.shards ?? pools.shards.filter((shard) => shard !== own);
  const isInMany = (concern?.discussions.count ?? 0) > MANY * shards.length;
  const newest = await readNewest(pools, { user, kind: "discussion", isInMany, ...placesAsked(page) }, shards);
  const places = newest.places.slice(0, page.before === undefined ? Math.max(page.limit, SUMMED) : page.limit);
  const kept = concern && await readKept(pools, { user, concern, places }).catch(nullIfUnavailable);
  const parts = await readParts(pools, { user, places, shown: newest.places.slice(0, page.limit), kept });
  // The own shard may fall silent between the two that are asked of it.
  const ownSilent = kept === null ? [own] : [];
  const silent = [...new Set([...ownSilent, ...newest.silent, ...parts.silent])].sort((a, b) => a - b);
  const rows = parts.here.flatMap((here) => here.rows).sort(newestRowFirst);
  const named = concern === null || silent.length === 0
    ? []
    : await readNamedOn(pools, user, { shards: silent, kind: "discussion", limit: page.limit }).catch(
      nullIfUnavailable,
    ) ?? [];
  const there = new Set(rows.map(({ discussion }) => discussion));
  return {
    rows,
    missing: named.filter(({ discussion }) => !there.has(discussion)),
    unavailable: silent,
    asOf: new Map([...feedPositions(newest.positions, { own, concern })].filter(([shard]) => !silent.includes(shard))),
    // Whoever was shown no marks may not be taken to know them.
    rev: kept === null ? null : concern?.rev ?? null,
    blocks: concern?.blocks ?? null,
    discussions: concern?.discussions ?? null,
    sum: kept === null || page.before !== undefined ? null : sumOf(parts.here, newest),
    next: nextOf(newest, page),
  };
}

/** One more than a page tells whether there is another. */
function placesAsked({ limit, before }: ListPage) {
  if (before === undefined) return { limit: Math.max(limit + 1, SUMMED) };
  return { limit: limit + 1, before: { stream: idToUuid(before.discussion), lastAt: before.lastAt } };
}

function nextOf({ places, isAll }: NewestPlaces, { limit }: ListPage): DiscussionList["next"] {
  const last = places[limit - 1];
  if (last === undefined || (isAll && places.length <= limit)) return null;
  return { lastAt: last.lastAt, discussion: uuidToId("disc", last.stream) };
}

async function readKept(
  pools: ReadPools,
  { user, concern, places }: { user: UserId; concern: Concern; places: readonly Place[] },
): Promise<Kept> {
  const discussions = places.map(({ stream }) => uuidToId("disc", stream));
  const { records } = await pools.read(shardOf(user), (q) => readPersonal(q, user, discussions));
  return keptOf(records, concern.blocks);
}

interface Parts {
  readonly here: readonly RowsHere[];
  readonly silent: readonly ShardNumber[];
}

async function readParts(
  pools: ReadPools,
  { user, places, shown, kept }: { user: UserId; places: readonly Place[]; shown: readonly Place[]; kept: Kept | null },
): Promise<Parts> {
  const asRows = new Set(shown.map(({ stream }) => stream));
  const byShard = Map.groupBy(places, ({ stream }) => shardOf(uuidToId("disc", stream)));
  const parts = await Promise.all([...byShard].map(async ([shard, some]) => {
    const streams = some.map(({ stream }) => stream);
    const here = await readRows(pools, shard, { user, streams, shown: asRows, kept }).catch(nullIfUnavailable);
    return { shard, here };
  }));
  return {
    here: parts.flatMap(({ here }) => here ?? []),
    silent: parts.flatMap(({ shard, here }) => here === null ? [shard] : []),
  };
}

function newestRowFirst(a: DiscussionRow, b: DiscussionRow): number {
  return b.lastAt - a.lastAt || (a.discussion < b.discussion ? 1 : -1);
}

function sumOf(parts: readonly RowsHere[], { places, isAll, silent }: NewestPlaces): ListSum {
  const known = new Map(parts.flatMap(({ unread }) => [...unread]));
  const all = places.slice(0, SUMMED).flatMap(({ stream }) => known.get(uuidToId("disc", stream)) ?? []);
  const unread = all.filter(({ unread: { count, more } }) => count > 0 || more).length;
  return {
    unread: { count: unread, more: !isAll || silent.length > 0 || places.length > all.length },
    mentionedBy: all.flatMap(({ mentionedBy }) => mentionedBy),
    moreMentions: all.some(({ unread: { more } }) => more),
  };
}
