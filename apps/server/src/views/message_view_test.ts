import { strict as assert } from "node:assert";
import { type LiveMessage, makeId, type Reaction, seq, shardNumber, unixMs, type UserId } from "@gatz/domain";
import { messageView } from "./message_view.ts";

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
  const view = messageView(message(reactions), { viewer: ann });
  assert.ok(view.kind === "live");
  assert.deepEqual(view.reactions, [
    { emoji: "🎉", count: 1, mine: false, users: [users[1]] },
    { emoji: "👍", count: 12, mine: true, users: users.slice(0, 10) },
  ]);
});

Deno.test("[MSG4] a message without reactions has none", () => {
  const view = messageView(message([]), { viewer: ann });
  assert.ok(view.kind === "live" && view.reactions.length === 0 && view.quote === undefined);
});
