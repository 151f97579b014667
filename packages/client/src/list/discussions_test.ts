import { rev, seq, shardNumber, shardOf } from "@gatz/domain";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ALICE, brought, count, discussionOn, ListKit, message, rowOf } from "../../testing/list_kit.ts";
import { memoryStore } from "../store/memory.ts";

const TALK = discussionOn(3);
const NOTHING = { unread: count(0), mentions: count(0) };

Deno.test("[READ1] what is marked read is so at once, and goes on being so until the server's own word of it comes", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.wishes.set(new Map([[TALK, { mark: { epoch: 0, seq: seq(10) } }]]));
  deepStrictEqual({ ...kit.shown(TALK), ...NOTHING }, kit.shown(TALK));
  // Told, and not heard of yet.
  kit.wishes.set(new Map());
  deepStrictEqual(kit.shown(TALK).unread, count(0));
  kit.marked(TALK, 10, 1);
  await kit.time.pass(10_000);
  deepStrictEqual(kit.shown(TALK), rowOf(TALK, { mark: { epoch: 0, seq: seq(10) }, ...NOTHING }));
  kit.lists.close();
});

Deno.test("[READ1] what the server was told of shows on while something else of the same discussion is wished", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  const shown = () => [kit.shown(TALK).unread, kit.shown(TALK).notify];
  const mark = { epoch: 0, seq: seq(10) };
  kit.wishes.set(new Map([[TALK, { mark, notify: "none" }]]));
  kit.wishes.set(new Map([[TALK, { notify: "none" }]]));
  deepStrictEqual(shown(), [count(0), "none"]);
  kit.wishes.set(new Map());
  deepStrictEqual(shown(), [count(0), "none"]);
  kit.wishes.set(new Map([[TALK, { notify: "all" }]]));
  deepStrictEqual(shown(), [count(0), "all"]);
  await kit.time.pass(10_000);
  deepStrictEqual(shown(), [count(2), "all"]);
  kit.lists.close();
});

Deno.test("[READ1] what was wished and does not come to stand is not shown for ever", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.wishes.set(new Map([[TALK, { mark: { epoch: 0, seq: seq(10) }, notify: "none" }]]));
  strictEqual(kit.shown(TALK).notify, "none");
  kit.wishes.set(new Map());
  await kit.time.pass(10_000);
  deepStrictEqual(kit.shown(TALK), rowOf(TALK));
  kit.lists.close();
});

Deno.test("[READ2] what comes after a mark that only this device knows is counted from there", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.wishes.set(new Map([[TALK, { mark: { epoch: 0, seq: seq(10) } }]]));
  kit.take(brought(message(TALK, 11)), brought(message(TALK, 12)), brought(message(TALK, 13, { by: ALICE })));
  // Three events came, of which one is the user's own: no more than three can be unread.
  deepStrictEqual(kit.shown(TALK).unread, count(3));
  kit.wishes.set(new Map([[TALK, { mark: { epoch: 1, seq: seq(4) } }]]));
  deepStrictEqual(kit.shown(TALK).unread, count(4, true));
  kit.lists.close();
});

Deno.test("[READ2] a row counts to 99 by itself, and where older messages may drop out the server counts", async () => {
  const many = { mark: { epoch: 0, seq: seq(0) }, head: seq(500), unread: count(98) };
  const kit = await ListKit.connected([rowOf(TALK, many)]);
  const asked = kit.asked.length;
  kit.take(brought(message(TALK, 501)));
  deepStrictEqual(kit.shown(TALK).unread, count(99));
  kit.take(brought(message(TALK, 502)), brought(message(TALK, 503)));
  deepStrictEqual(kit.shown(TALK).unread, count(99, true));
  await kit.time.pass(1_000);
  strictEqual(kit.asked.length, asked);
  // Within the newest thousand there may now be less than all, and then one's own message pushes another out.
  kit.take(brought(message(TALK, 504, { by: ALICE })));
  await kit.time.pass(1_000);
  deepStrictEqual(kit.asked.slice(asked), [{ what: "rows", ids: [TALK] }]);
  kit.lists.close();
});

Deno.test("[USR3] a mention is for the server to count, and rows are asked for together, a hundred in a call", async () => {
  const talks = Array.from({ length: 150 }, (_, n) => discussionOn(n % 16, n));
  const kit = await ListKit.connected(talks.map((id) => rowOf(id)));
  ok(kit.lists.discussions.snapshot().isWhole);
  const asked = kit.asked.length;
  for (const talk of talks) {
    kit.take(brought(message(talk, 11, { mentions: [ALICE] })));
    kit.rows.set(talk, rowOf(talk, { head: seq(11), unread: count(3), mentions: count(1) }));
  }
  deepStrictEqual(kit.shown(talks[0]!), rowOf(talks[0]!));
  await kit.time.pass(1_000);
  deepStrictEqual(kit.asked.slice(asked).map(({ what, ids }) => [what, ids.length]), [["rows", 100], ["rows", 50]]);
  deepStrictEqual(kit.lists.discussions.snapshot().totals, {
    ...{ discussions: count(150), unread: count(150), mentions: count(150) },
  });
  kit.lists.close();
});

Deno.test("[USR3] a shard that does not answer is named, holds up no other, and is asked again", async () => {
  const [far, near] = [discussionOn(5), discussionOn(6)];
  const kit = new ListKit();
  kit.silent.add(shardNumber(5));
  for (const id of [far, near]) kit.rows.set(id, rowOf(id));
  await kit.lists.begin();
  kit.lists.connected(true);
  deepStrictEqual(kit.lists.discussions.snapshot().unavailable, [5]);
  deepStrictEqual(kit.lists.discussions.snapshot().rows.map(({ kind, id }) => [kind, id]), [
    ["discussion", near],
    ["unavailable", far],
  ]);
  kit.take({ type: "joined", stream: far, visibleFrom: seq(1), head: seq(10), state: null as never });
  kit.take(brought(message(near, 11, { mentions: [ALICE] })));
  kit.rows.set(near, rowOf(near, { head: seq(11) }));
  await kit.time.pass(2_000);
  strictEqual(kit.shown(near).head, 11);
  kit.silent.clear();
  kit.take({ type: "shard", shard: shardNumber(5), status: "ok", streams: [far] });
  await kit.time.pass(100);
  deepStrictEqual(kit.shown(far), rowOf(far));
  deepStrictEqual(kit.lists.discussions.snapshot().unavailable, []);
  kit.lists.close();
});

Deno.test("[USR3] what the user's own silent shard kept from a page is asked for once it answers", async () => {
  const talk = discussionOn(5);
  const kit = await ListKit.connected([rowOf(talk)]);
  kit.lists.connected(false);
  kit.rows.set(talk, rowOf(talk, { head: seq(11), mark: null, unread: null, mentions: null }));
  kit.lists.connected(true);
  await kit.time.pass(1_000);
  strictEqual(kit.shown(talk).unread, null);
  kit.rows.set(talk, rowOf(talk, { head: seq(11), unread: count(3) }));
  kit.take({ type: "shard", shard: shardOf(ALICE), status: "ok", streams: [] });
  await kit.time.pass(100);
  deepStrictEqual(kit.shown(talk), kit.rows.get(talk));
  kit.lists.close();
});

Deno.test("[READ0] a list is there from the store before there is a connection, and asks for what it knew to be missing", async () => {
  const store = memoryStore();
  const first = await ListKit.connected([rowOf(TALK)], store);
  first.isCut = true;
  first.take(brought(message(TALK, 11, { mentions: [ALICE] })));
  first.marked(TALK, 9, 7);
  await store.write(first.lists.drain());
  first.lists.close();

  const second = new ListKit(store);
  second.rows.set(TALK, rowOf(TALK, { head: seq(11), unread: count(2), mentions: count(1) }));
  await second.lists.load();
  deepStrictEqual(second.shown(TALK), rowOf(TALK));
  ok(second.lists.discussions.snapshot().isWhole);
  strictEqual(second.lists.known(TALK), 11);
  second.lists.connected(true);
  await second.time.pass(100);
  deepStrictEqual(second.shown(TALK), second.rows.get(TALK));
  deepStrictEqual(second.asked.filter(({ what }) => what === "discussions").length, 1);
  second.lists.close();
});

Deno.test("[READ1] a beat that tells of a mark which never came has all rows asked for again", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.rows.set(TALK, rowOf(TALK, { mark: { epoch: 0, seq: seq(10) }, ...NOTHING }));
  kit.take({ type: "beat", heads: [], rev: rev(3) });
  await kit.time.pass(100);
  deepStrictEqual(kit.shown(TALK), kit.rows.get(TALK));
  const asked = kit.asked.length;
  kit.take({ type: "beat", heads: [], rev: rev(3) }, { type: "beat", heads: [{ stream: TALK, seq: seq(10) }] });
  await kit.time.pass(100);
  strictEqual(kit.asked.length, asked);
  kit.lists.close();
});

Deno.test("[LOG9] in another life nothing of the one before is left", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.lists.reset();
  deepStrictEqual(kit.lists.discussions.snapshot().rows, []);
  deepStrictEqual(kit.lists.drain(), []);
  kit.rows.set(TALK, rowOf(TALK, { head: seq(2), unread: count(1) }));
  await kit.lists.begin();
  kit.lists.connected(true);
  await kit.time.pass(100);
  deepStrictEqual(kit.shown(TALK), kit.rows.get(TALK));
  kit.lists.close();
});

Deno.test("one event leaves every other row the same object", async () => {
  const talks = Array.from({ length: 90 }, (_, n) => discussionOn(n % 16, n));
  const kit = await ListKit.connected(talks.map((id) => rowOf(id)));
  const before = new Set(kit.lists.discussions.snapshot().rows);
  kit.take(brought(message(talks[40]!, 11)));
  const { rows } = kit.lists.discussions.snapshot();
  strictEqual(rows[0]?.id, talks[40]);
  strictEqual(rows.filter((row) => before.has(row)).length, 89);
  kit.take({ type: "beat", heads: [] });
  strictEqual(kit.lists.discussions.snapshot().rows, rows);
  kit.lists.close();
});

Deno.test("[READ2] what another device has read by now is not unread, whenever it arrives here", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  kit.marked(TALK, 12, 1);
  kit.take(brought(message(TALK, 11)), brought(message(TALK, 12)));
  deepStrictEqual(kit.shown(TALK).unread, count(0));
  kit.take(brought(message(TALK, 13)));
  deepStrictEqual(kit.shown(TALK).unread, count(1));
  kit.lists.close();
});

Deno.test("[BLK1] behind a gap in one's own stream it is asked whom one blocks, and for every row", async () => {
  const kit = await ListKit.connected([rowOf(TALK)]);
  const asked = kit.asked.length;
  kit.take(brought({ stream: ALICE, type: "set-profile", seq: seq(3), body: {} } as never));
  await kit.time.pass(60);
  deepStrictEqual(kit.asked.slice(asked)[0], { what: "open", ids: [ALICE] });
  kit.lists.close();
});
