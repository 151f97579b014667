/** Ids for tests: the same in every run. */
import { makeId, shardNumber } from "../src/ids.ts";
import type { DiscussionId, EventId, GroupId, IdPrefix, MessageId, TypedId, UserId } from "../src/ids.ts";

/** A version 7 id by its number; `shard` defaults to 1. */
function nth<P extends IdPrefix>(prefix: P, n: number, shard: number): TypedId<P> {
  const random = new Uint8Array(8);
  new DataView(random.buffer).setUint32(4, n);
  return makeId(prefix, { shard: shardNumber(shard), unixMs: 1_700_000_000_000, random });
}

export const userId = (n: number, shard = 1): UserId => nth("user", n, shard);
export const groupId = (n: number, shard = 1): GroupId => nth("grp", n, shard);
export const discussionId = (n: number, shard = 1): DiscussionId => nth("disc", n, shard);
export const messageId = (n: number, shard = 1): MessageId => nth("msg", n, shard);
export const eventId = (n: number, shard = 1): EventId => nth("evt", n, shard);
