/** What a user's own shard knows for their lists. @module */
import {
  assert,
  type DiscussionId,
  type GroupId,
  idToUuid,
  type Position,
  position,
  type Rev,
  rev,
  type ShardNumber,
  shardOf,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { Count } from "../../contract.ts";
import type { ReadPools } from "../read_pools.ts";
import { shardDigits, shardsConcerned, shardsNamed } from "../shards_of.ts";

export interface Concern {
  /** The fence's, in the same snapshot: what comes after it may change any of this. */
  readonly position: Position;
  /** Which shards hold what the user is or was in, and their own. */
  readonly shards: readonly ShardNumber[];
  /** What the personal records of the user's shard are at least at. */
  readonly rev: Rev;
  /** Whom the user blocks. */
  readonly blocks: readonly UserId[];
  /** How many discussions the user is in. */
  readonly discussions: Count;
}

/** Discussions are counted up to here. */
const COUNTED = 999;

interface ConcernRow {
  readonly position: number;
  readonly rev: number;
  readonly shards: readonly string[];
  readonly blocks: readonly UserId[] | null;
  readonly discussions: number;
}

/** Throws {@link ShardUnavailable} if the user's own shard does not answer. */
export async function readConcern(pools: ReadPools, user: UserId): Promise<Concern> {
  const [row] = await pools.read(shardOf(user), (q) => {
    const [here, me] = [q.sql(q.schema), idToUuid(user)];
    return q.sql<ConcernRow[]>`
      select fence.position, h.rev, (${shardsNamed(q, user)}) as shards,
        (select state -> 'blocks' from ${here}.stream_states where id = ${me}) as blocks,
        (select count(*)::int from (
          select 1 from ${here}.inbox where "user" = ${me} and ended is null and stream <> group_id limit ${COUNTED + 1}
        ) counted) as discussions
      from ${here}.reads_head h cross join ${here}.fence`;
  });
  assert(row !== undefined, "a shard has a head of its reads, and a fence");
  return {
    position: position(row.position),
    shards: shardsConcerned(user, row.shards),
    rev: rev(row.rev),
    blocks: row.blocks ?? [],
    discussions: { count: Math.min(row.discussions, COUNTED), more: row.discussions > COUNTED },
  };
}

/**
 * Positions for a feed to go on from (LIVE3). The own shard's is that of {@link Concern}, which is read first: whom the user blocks, or has
 * just been added to, would else be known to neither the list nor the feed.
 */
export function feedPositions(
  newest: ReadonlyMap<ShardNumber, Position>,
  { own, concern }: { readonly own: ShardNumber; readonly concern: Concern | null },
): Map<ShardNumber, Position> {
  const positions = new Map(newest);
  if (concern !== null && positions.has(own)) positions.set(own, concern.position);
  return positions;
}

/** A discussion that the inbox names; of a group only `group` means something. */
export interface Named {
  readonly discussion: DiscussionId;
  readonly group: GroupId;
}

/** Those discussions, or groups, of some shards that the user is in, at most so many, by id: for when these shards do not answer. */
export async function readNamedOn(
  pools: ReadPools,
  user: UserId,
  { shards, kind, limit }: { shards: readonly ShardNumber[]; kind: "group" | "discussion"; limit: number },
): Promise<Named[]> {
  const digits = shards.map((shard) => shard.toString(16).padStart(3, "0"));
  const rows = await pools.read(shardOf(user), (q) =>
    q.sql<{ stream: string; group_id: string }[]>`
      select stream, group_id from ${q.sql(q.schema)}.inbox
      where "user" = ${idToUuid(user)} and ${shardDigits(q)} = any(${digits}::text[])
        and ended is null and (stream = group_id) = ${kind === "group"}
      order by stream limit ${limit}`);
  return rows.map(({ stream, group_id }) => ({
    discussion: uuidToId("disc", stream),
    group: uuidToId("grp", group_id),
  }));
}
