import {
  type DiscussionId,
  type EventId,
  type GroupId,
  type IdPrefix,
  makeId,
  type MessageId,
  type ShardNumber,
  type TypedId,
} from "@gatz/domain";
import { bytesFrom } from "./random.ts";

/**
 * The ids of what a replay creates: from the seed, the chat and the thing's place in the plan alone, so that a second run
 * offers the same ones and adds nothing (LOG2).
 */
export interface ReplayIds {
  group(name: string, place: Place): GroupId;
  discussion(name: string, place: Place): DiscussionId;
  message(name: string, place: Place): MessageId;
  event(name: string, place: Place): EventId;
}

export interface Place {
  readonly shard: ShardNumber;
  /** Unix ms, for the id's time. */
  readonly at: number;
}

export function replayIds(seed: string, source: string): ReplayIds {
  const make = <P extends IdPrefix>(prefix: P) => (name: string, { shard, at }: Place): TypedId<P> =>
    makeId(prefix, { shard, unixMs: at, random: bytesFrom(seed, source, prefix, name) });
  return { group: make("grp"), discussion: make("disc"), message: make("msg"), event: make("evt") };
}
