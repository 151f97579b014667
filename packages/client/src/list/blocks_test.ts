import { type FeedItem, incarnation, type Seq, seq, unixMs, type UserId } from "@gatz/domain";
import assert from "node:assert/strict";
import { ALICE, BOB } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { CUT } from "../trouble.ts";
import { Blocks } from "./blocks.ts";

function blocksOf(stored: { readonly seq: Seq; readonly users: readonly UserId[] } | undefined) {
  const server = { asOf: seq(1), users: [] as UserId[], isSilent: false, asked: 0 };
  const time = new VirtualTime();
  const blocks = new Blocks({
    viewer: ALICE,
    server: {
      open: () => {
        server.asked++;
        const about = { handle: "alice", name: "Alice", createdAt: unixMs(0), profileSeq: seq(1), inbox: {} };
        const state = { kind: "user", id: ALICE, seq: server.asOf, ...about, blocks: server.users } as const;
        return Promise.resolve(
          server.isSilent ? CUT : { incarnation: incarnation("one"), asOf: server.asOf, items: [], state },
        );
      },
    },
    store: { get: () => Promise.resolve(stored && { ...stored, known: stored.seq } as never) }, // the key says what it is
    onTouched: () => {},
    onChange: () => {},
    timing: time,
  });
  return { server, time, blocks };
}

Deno.test("[BLK1] what another tab has stored of blocks is asked for again where a feed begins anew: what came in between no feed tells", async () => {
  const { server, time, blocks } = blocksOf({ seq: seq(4), users: [] });
  await blocks.load();
  assert.deepEqual([blocks.isSettled, blocks.isCurrent], [true, true]);
  // A block at 5, before the page where the feed begins.
  Object.assign(server, { asOf: seq(5), users: [BOB] });
  blocks.doubt();
  assert.deepEqual([blocks.isSettled, blocks.isCurrent], [false, false]);
  blocks.connected(true);
  await time.settle();
  assert.deepEqual([blocks.isSettled, blocks.isCurrent, [...blocks.users.snapshot() ?? []]], [true, true, [BOB]]);
  blocks.take([{ type: "beat", heads: [] } satisfies FeedItem]);
  assert.equal(server.asked, 1);
  blocks.close();
});

Deno.test("[SHARD2] nobody waits for blocks that a silent shard has: they were asked for in vain", async () => {
  const { server, time, blocks } = blocksOf(undefined);
  server.isSilent = true;
  blocks.connected(true);
  await time.settle();
  assert.deepEqual([blocks.isSettled, blocks.isCurrent], [true, false]);
  blocks.close();
});
