import { shardOf, unixMs } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { decodeCursor } from "../../apps/server/src/live/cursor.ts";
import { createDiscussion } from "../../packages/domain/testing/drafts.ts";
import { brief, Reader, settle, testNode } from "./reader.ts";
import { ann, ben, briefs, far, group, say, talk, town } from "./town.ts";

Deno.test("[LIVE4] a beat carries the heads that changed since the last one", async () => {
  const log = town();
  await using node = testNode(log, { beatMs: 60 });
  await using reader = await new Reader(node, ben).live();
  say(log, "one");
  await reader.until((items) => items.some((item) => item.type === "beat" && item.heads.length > 0), "a beat");
  const beats = () => reader.items.filter((item) => item.type === "beat");
  assert.deepEqual(beats().find((beat) => beat.heads.length > 0)!.heads, [{ stream: talk, seq: 2 }]);
  const before = beats().length;
  await reader.until(() => beats().length > before + 1, "two beats more");
  assert.ok(beats().slice(before).every((beat) => beat.heads.length === 0));
});

Deno.test("[LIVE4] what a follower lost is found within one beat, and comes before the beat", async () => {
  const log = town();
  await using node = testNode(log, { beatMs: 300 });
  await using reader = await new Reader(node, ben).live();
  log.inTransit = (batch) => batch.filter(({ event }) => event.type !== "new-message");
  say(log, "lost");
  await settle(20);
  log.inTransit = (batch) => batch;
  await reader.until((items) => items.some((item) => item.type === "beat" && item.heads.length > 0), "the beat");
  const seen = reader.items.map(brief);
  assert.ok(seen.indexOf("new-message 2") < seen.indexOf("beat 2"), seen.join(" · "));
});

Deno.test("[LIVE4] a node that can't read a fence says so and sends no heads for it", async () => {
  const log = town();
  await using node = testNode(log, { beatMs: 100 });
  await using reader = await new Reader(node, ben).live();
  say(log, "one");
  await settle();
  log.down.add(shardOf(talk));
  await reader.until((items) => items.filter((item) => item.type === "beat").length >= 2, "two beats");
  assert.ok(reader.items.every((item) => item.type !== "beat" || item.heads.length === 0));
  await reader.until((items) => items.some((item) => item.type === "shard"), "the shard's state");
  const news = reader.items.find((item) => item.type === "shard");
  assert.deepEqual(news, { type: "shard", shard: shardOf(talk), status: "down", streams: [talk] });
});

Deno.test("[LIVE5] a slow reader gets behind for what is dropped, others get everything", async () => {
  const log = town();
  await using node = testNode(log, { feedQueueEvents: 50 });
  await using slow = await new Reader(node, ben).live();
  await using fast = await new Reader(node, ann).live();
  slow.connection.stall();
  for (let i = 0; i < 500; i++) {
    say(log, `message ${i}`);
    if (i % 20 === 0) await settle(1);
  }
  await fast.until((items) => items.some((item) => brief(item) === "new-message 501"), "all for the fast one");
  assert.equal(fast.of(talk).filter((item) => item.type === "event").length, 500);
  slow.connection.flow();
  say(log, "last");
  await slow.until((items) => items.some((item) => brief(item) === "new-message 502"), "the last for the slow one");
  assert.deepEqual(briefs(slow).slice(-2), ["behind 501", "new-message 502"]);
  assert.ok(slow.of(talk).length < 60);
});

Deno.test("[LIVE7] a slow reader loses signals before any event, and hears what is said when it reads again", async () => {
  const log = town();
  await using node = testNode(log, { feedQueueEvents: 200 });
  await using slow = await new Reader(node, ben).live();
  slow.connection.stall();
  const signals = (from: number) => {
    for (let n = from; n < from + 10; n++) {
      const item = {
        type: "signal",
        kind: "typing",
        discussion: talk,
        user: ann,
        on: n % 2 === 0,
        expiresAt: unixMs(n),
      };
      const until = performance.now() + 60_000;
      node.hub.signal([ben], { text: JSON.stringify(item), about: `${n}`, stream: talk, until });
    }
  };
  // What is under way to the reader already is not what waits.
  say(log, "under way");
  await settle();
  for (let i = 0; i < 150; i++) say(log, `message ${i}`);
  await settle();
  signals(1_000);
  assert.deepEqual([node.traffic.signals, node.traffic.droppedSignals], [10, 10]);
  slow.connection.flow();
  await slow.until((items) => items.some((item) => brief(item) === "new-message 152"), "all that waited");
  assert.equal(slow.of(talk).filter((item) => item.type === "event").length, 151);
  signals(2_000);
  await slow.until((items) => items.filter((item) => item.type === "signal").length === 10, "what is said now");
  assert.ok(slow.items.every((item) => item.type !== "signal" || item.expiresAt >= 2_000));
  assert.equal(
    slow.items.filter((item) => item.type === "behind").length,
    1,
    "the first item of the stream, and no more",
  );
});

Deno.test("[LIVE8] a shard that is down is named, the others go on, and what was missed comes when it is back", async () => {
  const log = town();
  log.accept(createDiscussion(ann, far, { group, members: [ben] }));
  log.deliverEffects();
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  say(log, "missed");
  log.down.add(shardOf(talk));
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  say(log, "elsewhere", far);
  await second.until((items) => items.some((item) => item.type === "shard"), "the shard's state");
  await second.until((items) => items.some((item) => brief(item) === "new-message 2"), "the other shard's message");
  assert.deepEqual(briefs(second), []);
  assert.equal(
    decodeCursor(second.cursor!)!.positions.get(shardOf(talk)),
    decodeCursor(first.cursor!)!.positions.get(shardOf(talk)),
  );
  log.down.delete(shardOf(talk));
  await second.until(() => briefs(second).length === 1, "the missed message");
  await second.until((items) => items.some((item) => item.type === "shard" && item.status === "ok"), "its recovery");
  assert.deepEqual(briefs(second), ["new-message 2"]);
});

Deno.test("[LIVE8] with the user's own shard down the cursor's shards are followed, then all", async () => {
  const log = town();
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  log.accept(createDiscussion(ann, far, { group, members: [ben] }));
  log.deliverEffects();
  say(log, "missed");
  log.down.add(shardOf(ben));
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  await second.until(() => briefs(second, far).length > 0, "the discussion that the cursor does not know");
  assert.deepEqual(briefs(second), ["new-message 2"]);
  assert.deepEqual(briefs(second, far), ["joined 1-1"]);
});

Deno.test("[LIVE5] a feed that ends leaves nothing behind in the hub", async () => {
  const log = town();
  await using node = testNode(log);
  const readers = [new Reader(node, ben), new Reader(node, ben), new Reader(node, ann)];
  await Promise.all(readers.map((reader) => reader.live()));
  assert.equal(node.hub.size, 3);
  await Promise.all(readers.map((reader) => reader.cut()));
  assert.equal(node.hub.size, 0);
});
