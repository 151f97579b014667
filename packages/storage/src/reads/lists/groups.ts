/** Where a user's groups stand in a list, newest activity first, over all shards that hold any. @module */
import { idToUuid, shardOf, type UserId, uuidToId } from "@gatz/domain";
import type { GroupList, GroupListPage } from "../../contract.ts";
import type { ReadPools } from "../read_pools.ts";
import { nullIfUnavailable } from "../states.ts";
import { readNewest } from "./newest.ts";
import { feedPositions, readConcern, readNamedOn } from "./own_shard.ts";

/** A shard that does not answer is named, and fails nothing. */
export async function readGroupList(
  pools: ReadPools,
  user: UserId,
  { limit, before }: GroupListPage,
): Promise<GroupList> {
  const own = shardOf(user);
  const concern = await readConcern(pools, user).catch(nullIfUnavailable);
  const shards = concern?.shards ?? pools.shards.filter((shard) => shard !== own);
  const place = before && { stream: idToUuid(before.group), lastAt: before.lastAt };
  // Groups are few beside the discussions in them.
  const asked = { user, kind: "group", isInMany: false, limit: limit + 1, before: place } as const;
  const { places, isAll, positions, silent } = await readNewest(pools, asked, shards);
  const unavailable = concern === null ? [own, ...silent].sort((a, b) => a - b) : silent;
  const named = concern === null || silent.length === 0
    ? []
    : await readNamedOn(pools, user, { shards: silent, kind: "group", limit }).catch(nullIfUnavailable) ?? [];
  const groups = places.slice(0, limit).map(({ stream, lastAt }) => ({ group: uuidToId("grp", stream), lastAt }));
  return {
    groups,
    missing: named.map(({ group }) => group),
    unavailable,
    asOf: feedPositions(positions, { own, concern }),
    rev: concern?.rev ?? null,
    next: places.length <= limit && isAll ? null : groups.at(-1) ?? null,
  };
}
