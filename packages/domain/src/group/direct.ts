/** Direct groups: the one group of two people (GRP1). @module */
import { deriveId, shardOf } from "../ids.ts";
import type { EventId, GroupId, UserId } from "../ids.ts";

/** The same for both, whoever asks: on the shard of the smaller of the two ids. */
export function directGroupId(one: UserId, other: UserId): GroupId {
  const [smaller, greater] = inOrder(one, other);
  return deriveId("grp", shardOf(smaller), "direct-group", smaller, greater);
}

/** The id of the group's `create`, so that two who make it at once make it once. */
export function directCreateId(one: UserId, other: UserId): EventId {
  const [smaller, greater] = inOrder(one, other);
  return deriveId("evt", shardOf(smaller), "direct-create", smaller, greater);
}

function inOrder(one: UserId, other: UserId): [smaller: UserId, greater: UserId] {
  return one < other ? [one, other] : [other, one];
}
