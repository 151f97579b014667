import { strict as assert } from "node:assert";
import { makeId, shardNumber, type UserId } from "../ids.ts";
import { seq, unixMs } from "../scalars.ts";
import type { LiveMessage, Reaction } from "../state.ts";
import { shownTo } from "./shown.ts";

const id = <P extends "user" | "disc" | "msg">(prefix: P, n: number) =>
  makeId(prefix, { shard: shardNumber(0), unixMs: n, random: new Uint8Array(8).fill(n) });
const users = Array.from({ length: 12 }, (_, n): UserId => id("user", n + 1));
const [ann] = users as [UserId];

function message(reactions: readonly Reaction[]): LiveMessage {
  return {
    ...{ kind: "live", id: id("msg", 20), discussion: id("disc", 21), seq: seq(2), author: ann, at: unixMs(5) },
    ...{ revision: 0, changedSeq: seq(2), text: "hi", mentions: [], attachments: [], reactions },
  };
}

Deno.test("[MSG4] reactions come by first use, with counts, mine, and the first few users", () => {
  const thumbs = users.map((user, n): Reaction => ({ emoji: "👍", user, seq: seq(4 + n) }));
  const reactions: Reaction[] = [{ emoji: "🎉", user: users[1]!, seq: seq(3) }, ...thumbs];
  const shown = shownTo(ann, message(reactions));
  assert.ok(shown.kind === "live");
  assert.deepEqual(shown.reactions, [
    { emoji: "🎉", count: 1, mine: false, users: [users[1]] },
    { emoji: "👍", count: 12, mine: true, users: users.slice(0, 10) },
  ]);
});

Deno.test("[MSG4] a message without reactions has none", () => {
  const shown = shownTo(ann, message([]));
  assert.ok(shown.kind === "live" && shown.reactions.length === 0);
});
