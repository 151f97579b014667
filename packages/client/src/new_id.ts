import { type IdPrefix, makeId, type ShardNumber, type TypedId } from "@gatz/domain";

/** A new id on a shard, from this machine's clock and randomness (ID3). A new thing in a stream belongs to the stream's shard. */
export function newId<P extends IdPrefix>(prefix: P, shard: ShardNumber): TypedId<P> {
  return makeId(prefix, { shard, unixMs: Date.now(), random: crypto.getRandomValues(new Uint8Array(8)) });
}
