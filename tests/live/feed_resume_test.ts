import { position, seq, shardNumber, shardOf } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { decodeCursor, encodeCursor } from "../../apps/server/src/live/cursor.ts";
import { createDiscussion, createGroup, register } from "../../packages/domain/testing/drafts.ts";
import { discussionId } from "../../packages/domain/testing/ids.ts";
import { MemoryLog } from "./memory_log.ts";
import { brief, Reader, settle, testNode } from "./reader.ts";
import { ann, ben, briefs, group, other, say, talk, town } from "./town.ts";

Deno.test("[LIVE3] without a cursor a feed begins at the present, and a stream's first item says what may be missing", async () => {
  const log = town();
  say(log, "before");
  await using node = testNode(log);
  await using reader = await new Reader(node, ben).live();
  say(log, "one");
  say(log, "two");
  await reader.until((items) => items.length >= 4, "three items of the discussion");
  assert.deepEqual(reader.items.map(brief), ["live", "behind 2", "new-message 3", "new-message 4"]);
});

Deno.test("[LIVE1] a feed resumes from its cursor on another node with exactly what was missed", async () => {
  const log = town();
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  say(log, "missed");
  await using another = testNode(log);
  await using second = await new Reader(another, ben, { lastEventId: first.cursor }).live();
  say(log, "live");
  await second.until((items) => items.length >= 3, "both messages");
  assert.deepEqual(second.items.map(brief), ["new-message 2", "live", "new-message 3"]);
  const cutover = second.items.find((item) => item.type === "live");
  assert.deepEqual(cutover, { type: "live", incarnation: log.incarnation, heads: [{ stream: talk, seq: 2 }] });
});

Deno.test("[LIVE1] the cursor changes at most once in its time, and what is repeated after a cut falls by seq", async () => {
  const log = town();
  await using node = testNode(log, { cursorMs: 300 });
  const reader = await new Reader(node, ben).live();
  for (let i = 0; i < 60; i++) {
    say(log);
    await settle(10);
  }
  await reader.cut();
  const changes = reader.frames.filter((frame, i) => i > 0 && frame.cursor !== reader.frames[i - 1]!.cursor);
  assert.ok(changes.length >= 2, `${changes.length} changes`);
  for (const [i, change] of changes.entries()) {
    if (i > 0) assert.ok(change.at - changes[i - 1]!.at > 280, `${change.at - changes[i - 1]!.at} ms`);
  }
  await using again = await new Reader(node, ben, { lastEventId: reader.cursor }).live();
  const seqs = again.of(talk).flatMap((item) => item.type === "event" ? [item.event.seq as number] : []);
  const held = reader.of(talk).flatMap((item) => item.type === "event" ? [item.event.seq as number] : []);
  assert.ok(seqs.length < 40, `${seqs.length} repeated`);
  assert.deepEqual(seqs.filter((seq) => !held.includes(seq)), []);
});

Deno.test("[LIVE1] the feed of one stream begins at a seq and brings nothing else", async () => {
  const log = town();
  log.accept(createDiscussion(ann, other, { group, members: [ben] }));
  for (const text of ["one", "two", "three"]) say(log, text);
  await using node = testNode(log);
  await using reader = await new Reader(node, ben, { stream: talk, fromSeq: seq(3) }).live();
  say(log, "elsewhere", other);
  say(log, "four");
  await reader.until((items) => items.some((item) => brief(item) === "new-message 5"), "the live message");
  assert.deepEqual(reader.items.map(brief), ["new-message 3", "new-message 4", "live", "new-message 5"]);
});

Deno.test("[LIVE1] the feed of one stream resumes from its cursor", async () => {
  const log = town();
  await using node = testNode(log);
  const first = await new Reader(node, ben, { stream: talk, fromSeq: seq(1) }).live();
  await first.cut();
  say(log, "missed");
  await using second = await new Reader(node, ben, { stream: talk, fromSeq: seq(1), lastEventId: first.cursor })
    .live();
  assert.deepEqual(second.items.map(brief), ["new-message 2", "live"]);
});

for (const point of ["before the read", "after the read"] as const) {
  Deno.test(`[LIVE3] events that are committed ${point} of a backfill are neither lost nor repeated`, async () => {
    const log = town();
    await using node = testNode(log);
    const first = await new Reader(node, ben).live();
    await first.cut();
    say(log, "missed");
    const commit = (shard: number) => {
      if (shard === shardOf(talk)) say(log, "meanwhile");
      return settle(5);
    };
    if (point === "before the read") log.beforeResume = commit;
    else log.afterResume = commit;
    await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
    say(log, "after");
    await second.until((items) => items.some((item) => brief(item) === "new-message 4"), "the last message");
    assert.deepEqual(briefs(second), ["new-message 2", "new-message 3", "new-message 4"]);
  });
}

Deno.test("[LIVE3] more than the bounds comes as behind with the head and the state", async () => {
  const log = town();
  log.perStream = 5;
  await using node = testNode(log);
  const first = await new Reader(node, ben).live();
  await first.cut();
  for (let i = 0; i < 6; i++) say(log);
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  const [behind] = second.of(talk);
  assert.ok(behind?.type === "behind");
  assert.equal(behind.head, 7);
  assert.ok(behind.state?.kind === "discussion");
  assert.equal(behind.state.memberCount, 2);
  assert.ok(!("members" in behind.state));
  assert.deepEqual(behind.state.mine, [{ from: 1, historyFrom: 1, role: "member" }]);
});

Deno.test("[LIVE1] with discussions on 64 shards the cursor is at most 1 KiB", async () => {
  const log = new MemoryLog({ shards: 64, life: crypto.randomUUID() });
  log.accept(register(ann));
  log.accept(createGroup(ann, group));
  for (let shard = 0; shard < 64; shard++) {
    log.accept(createDiscussion(ann, discussionId(100 + shard, shard), { group }));
  }
  log.deliverEffects();
  await using node = testNode(log);
  await using reader = await new Reader(node, ann).live();
  const { positions, incarnation } = decodeCursor(reader.cursor!)!;
  assert.equal(positions.size, 64);
  const grown = new Map([...positions.keys()].map((shard) => [shard, position(2 ** 40)]));
  assert.ok(encodeCursor({ incarnation, positions: grown }).length <= 1024);
});

Deno.test("[LOG9] a cursor of another incarnation begins a feed anew, and says which life this is", async () => {
  const log = town();
  const cursor = encodeCursor({ incarnation: "before" as never, positions: new Map([[shardNumber(2), position(1)]]) });
  await using node = testNode(log);
  await using reader = await new Reader(node, ben, { lastEventId: cursor }).live();
  assert.deepEqual(reader.items, [{ type: "live", incarnation: log.incarnation, heads: [] }]);
});

Deno.test("[LIVE1] a malformed cursor, or one of a shard that does not exist, is a typed error", async () => {
  const log = town();
  await using node = testNode(log);
  const unknown = encodeCursor({ incarnation: log.incarnation, positions: new Map([[shardNumber(99), position(1)]]) });
  for (const cursor of ["", "no cursor", "AAAA", unknown]) {
    await using reader = new Reader(node, ben, { cursor });
    await settle();
    const failure = reader.failure as { apiCode?: string; detail?: { field?: string } };
    assert.deepEqual([failure?.apiCode, failure?.detail?.field], ["Malformed", "cursor"], cursor);
  }
});

Deno.test("[LIVE1] a cut between two frames of what waited loses nothing", async () => {
  const log = town();
  await using node = testNode(log, { frameEvents: 2, cursorMs: 0 });
  const first = await new Reader(node, ben).live();
  first.connection.stall();
  for (let i = 0; i < 10; i++) say(log);
  await settle();
  first.connection.drip();
  await settle();
  await first.cut();
  assert.deepEqual(briefs(first), ["behind 1", "new-message 2"]);
  await using second = await new Reader(node, ben, { lastEventId: first.cursor }).live();
  const next = second.of(talk)[0];
  assert.ok(next?.type === "event" && next.event.seq <= 3);
  assert.equal(briefs(second).at(-1), "new-message 11");
});
