/** The newest places of a user's list over all shards. @module */
import type { Position, ShardNumber } from "@gatz/domain";
import type { ReadPools } from "../read_pools.ts";
import { nullIfUnavailable } from "../states.ts";
import { newestFirst, type Place, type PlacesAsked, type PlacesHere, readPlaces } from "./places.ts";

export interface NewestPlaces {
  /** Newest first, at most as many as were asked for. */
  readonly places: readonly Place[];
  /** Whether there are none behind these on the shards that answered. */
  readonly isAll: boolean;
  /** Of the shards that answered. */
  readonly positions: ReadonlyMap<ShardNumber, Position>;
  readonly silent: readonly ShardNumber[];
}

/**
 * Side by side, each shard is asked for its share at first, and again only where more of it could be among the newest of all.
 * A shard that does not answer is `silent`, and fails nothing.
 */
export async function readNewest(
  pools: ReadPools,
  asked: PlacesAsked,
  shards: readonly ShardNumber[],
): Promise<NewestPlaces> {
  const share = Math.min(asked.limit, Math.ceil((2 * asked.limit) / shards.length) + 4);
  const first = await Promise.all(shards.map((shard) => readPart(pools, shard, { ...asked, limit: share })));
  const cut = merged(first, asked.limit).at(-1);
  const parts = await Promise.all(
    first.map((part) => mayHaveMore(part, cut, asked) ? readOn(pools, part, asked) : part),
  );
  const answered = parts.filter((part) => part !== null);
  const places = merged(answered, asked.limit);
  const total = answered.reduce((sum, part) => sum + part.places.length, 0);
  return {
    places,
    isAll: total === places.length && answered.every(({ isAll }) => isAll),
    positions: new Map(answered.map(({ shard, position }) => [shard, position])),
    silent: shards.filter((_, n) => parts[n] === null),
  };
}

type Part = PlacesHere | null;

async function readPart(pools: ReadPools, shard: ShardNumber, asked: PlacesAsked): Promise<Part> {
  return await readPlaces(pools, shard, asked).catch(nullIfUnavailable);
}

function merged(parts: readonly Part[], limit: number): Place[] {
  return parts.flatMap((part) => part?.places ?? []).sort(newestFirst).slice(0, limit);
}

/** Whether what stands behind a shard's share may stand before the last of all that is wanted, or there are not enough yet. */
function mayHaveMore(part: Part, cut: Place | undefined, { limit }: PlacesAsked): part is PlacesHere {
  const last = part?.places.at(-1);
  if (part === null || part.isAll || last === undefined || cut === undefined) return false;
  return part.places.length < limit && newestFirst(last, cut) <= 0;
}

/** The position stays that of the first answer: what happened in between is news. */
async function readOn(pools: ReadPools, part: PlacesHere, asked: PlacesAsked): Promise<Part> {
  const rest = await readPart(pools, part.shard, { ...asked, before: part.places.at(-1) });
  return rest && { ...part, places: [...part.places, ...rest.places], isAll: rest.isAll };
}
