import assert from "node:assert/strict";
import { type IdPrefix, type InboxEntry, makeId, seq, shardNumber, unixMs, type UserState } from "@gatz/domain";
import { ShardCache } from "./cache.ts";

function nth<P extends IdPrefix>(prefix: P, n: number) {
  return makeId(prefix, { shard: shardNumber(0), unixMs: n, random: new Uint8Array(8) });
}

const ENTRY: InboxEntry = { seq: seq(1), groupSeq: seq(1), by: "system" };
const STREAMS = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [nth("disc", n), ENTRY] as const));

/** Somebody in one group, and in many discussions of it. */
function busyUser(n: number): UserState {
  return {
    ...{
      kind: "user",
      id: nth("user", n),
      seq: seq(1),
      profileSeq: seq(1),
      handle: `user_${n}`,
      name: "",
      createdAt: unixMs(1),
    },
    inbox: { [nth("grp", n)]: { streams: STREAMS } },
  };
}

Deno.test("[SHARD2] a user weighs in the writer's cache what they are in, though it be one group", () => {
  const cache = new ShardCache({ cacheStreams: 1_000, cacheMessages: 1_000 });
  const users = Array.from({ length: 60 }, (_, n) => busyUser(n));
  const entries = users.map((state) => [state.id, { state, lastAt: 1, activeOn: 0 }] as const);
  cache.advance({ epoch: 1, position: 1 }, { streams: entries, messages: [] });
  const kept = users.filter(({ id }) => cache.stream(id) !== undefined);
  assert.deepEqual(kept, users.slice(-39), "400,000 entries are held at most, the newest");
});
