/** Rows of a list of discussions that are asked for by id: what a client has, and wants to know anew. @module */
import { type DiscussionId, idToUuid, shardOf, type UserId } from "@gatz/domain";
import type { DiscussionRows } from "../../contract.ts";
import { readPersonal } from "../../personal/rows.ts";
import { loadAccounts } from "../accounts.ts";
import type { ReadPools } from "../read_pools.ts";
import { nullIfUnavailable } from "../states.ts";
import { type Kept, keptOf, readRows } from "./rows.ts";

/** In two rounds: what is kept with the user, and the rows. A shard that does not answer is named, and fails nothing. */
export async function readDiscussionRows(
  pools: ReadPools,
  user: UserId,
  discussions: readonly DiscussionId[],
): Promise<DiscussionRows> {
  const own = await readOwn(pools, user, discussions).catch(nullIfUnavailable);
  const there = [...new Set(discussions)].filter((id) => pools.shards.includes(shardOf(id)));
  const parts = await Promise.all([...Map.groupBy(there, shardOf)].map(async ([shard, some]) => {
    const streams = some.map(idToUuid);
    const asked = { user, streams, shown: new Set(streams), kept: own?.kept ?? null };
    const here = await readRows(pools, shard, asked).catch(nullIfUnavailable);
    return { shard, here };
  }));
  return {
    rows: parts.flatMap(({ here }) => here?.rows ?? []),
    unavailable: parts.flatMap(({ shard, here }) => here === null ? [shard] : []).sort((a, b) => a - b),
    rev: own?.rev ?? null,
    blocks: own?.kept.blocks ?? null,
  };
}

/** Throws {@link ShardUnavailable} if the user's own shard does not answer. */
async function readOwn(
  pools: ReadPools,
  user: UserId,
  discussions: readonly DiscussionId[],
): Promise<{ readonly kept: Kept; readonly rev: DiscussionRows["rev"] }> {
  return await pools.read(shardOf(user), async (q) => {
    const [accounts, { asOf, records }] = await Promise.all([
      loadAccounts(q, [user]),
      readPersonal(q, user, discussions),
    ]);
    return { kept: keptOf(records, accounts.get(user)?.blocks ?? []), rev: asOf };
  });
}
