import { type Reaction, seq, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { reactionCounts } from "./reaction_counts.ts";

const [alice, bob] = ["1", "2"].map((n) => uuidToId("user", `0198c0de-0000-7003-8000-00000000000${n}`));

Deno.test("[MSG4] reactions are counted by emoji, in the order of first use, and say whether I am among them", () => {
  const reactions: Reaction[] = [
    { emoji: "🎉", user: bob!, seq: seq(4) },
    { emoji: "👍", user: alice!, seq: seq(5) },
    { emoji: "🎉", user: alice!, seq: seq(6) },
  ];
  assert.deepEqual(reactionCounts(reactions, bob!), [
    { emoji: "🎉", count: 2, mine: true, users: [bob, alice] },
    { emoji: "👍", count: 1, mine: false, users: [alice] },
  ]);
});
