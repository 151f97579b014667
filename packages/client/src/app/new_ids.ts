import type { IdPrefix, ShardNumber, TypedId } from "@gatz/domain";

/** Makes a new id on a shard (ID3). */
export type NewId = <P extends IdPrefix>(prefix: P, shard: ShardNumber) => TypedId<P>;
