/** The list of a user's discussions, newest activity first, over all shards that hold any (USR3). @module */
import { type DiscussionId, type Position, type ShardNumber, type UnixMs, type UserId } from "@gatz/domain";
import type { DiscussionList, DiscussionRow } from "../contract.ts";
import { type Here, readShardDiscussions } from "./discussions_of_shard.ts";
import type { ReadPools } from "./read_pools.ts";
import { readConcern } from "./shards_of.ts";
import { nullIfUnavailable } from "./states.ts";

export interface ListPage {
  limit: number;
  /** The last row of the page before. */
  before?: { lastAt: UnixMs; discussion: DiscussionId };
}

/** A shard that does not answer is named in the list, and fails nothing. */
export async function readDiscussions(pools: ReadPools, user: UserId, page: ListPage): Promise<DiscussionList> {
  // Without the user's own shard nobody knows which others concern them: then all are asked.
  const concern = await readConcern(pools, user).catch(nullIfUnavailable);
  const concerned = concern?.shards ?? pools.shards;
  const answers = new Map<ShardNumber, Here | null>(
    await Promise.all(concerned.map(async (shard) =>
      [
        shard,
        await readShardDiscussions(pools, { shard, user, page }).catch(nullIfUnavailable),
      ] as const
    )),
  );
  const asOf = new Map<ShardNumber, Position>();
  const unavailable: ShardNumber[] = [];
  const all: DiscussionRow[] = [];
  for (const [shard, here] of answers) {
    if (here === null) unavailable.push(shard);
    else {
      asOf.set(shard, here.position);
      all.push(...here.rows);
    }
  }
  const rows = all.sort(newestFirst).slice(0, page.limit);
  const rev = concern?.rev ?? null;
  return { rows, unavailable, asOf, rev, next: all.length > rows.length ? placeOf(rows.at(-1)) : null };
}

function newestFirst(a: DiscussionRow, b: DiscussionRow): number {
  return b.lastAt - a.lastAt || (a.discussion < b.discussion ? 1 : -1);
}

function placeOf(row: DiscussionRow | undefined): DiscussionList["next"] {
  return row === undefined ? null : { lastAt: row.lastAt, discussion: row.discussion };
}
