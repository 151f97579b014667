import { type LogEvent, seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { COFFEE, head, kind, place, start, stored, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { ALICE, discussionOn, item } from "../../testing/scripted_server.ts";
import { memoryStore } from "../store/memory.ts";
import type { Change, Store } from "../store/contract.ts";

Deno.test("[LIVE3] a gap is found by its numbers and read; what follows it is taken after it", async () => {
  const { server, tea, time, ...rest } = await streaming();
  server.say(TEA, "c");
  server.say(TEA, "d");
  server.send([item(server.say(TEA, "e"))]);
  assert.equal(kind({ server, time, ...rest }), "catching-up");
  await time.pass(1_000);
  assert.deepEqual(texts(tea), ["a", "b", "c", "d", "e"]);
  assert.equal(kind({ server, time, ...rest }), "live");
  assert.equal(server.asked.filter((asked) => asked.startsWith("read")).length, 1);
});

Deno.test("[LIVE4] a beat's head finds the loss of even the last event; so does that of `live`", async () => {
  const { server, tea, time } = await streaming();
  server.send([{ type: "beat", heads: [{ stream: TEA, seq: server.say(TEA, "lost").seq }] }]);
  await time.pass(500);
  assert.deepEqual(texts(tea), ["a", "b", "lost"]);
  server.live([{ stream: TEA, seq: server.say(TEA, "too").seq }]);
  await time.pass(500);
  assert.deepEqual(texts(tea), ["a", "b", "lost", "too"]);
});

Deno.test("[LIVE1] what is repeated after a cut falls by its seq, and a cursor is stored with what it implies", async () => {
  const client = await streaming();
  const { server, tea, time } = client;
  const [c, d] = [server.say(TEA, "c"), server.say(TEA, "d")];
  server.send([item(c)], "at c");
  server.send([item(c), item(d)], "at d");
  assert.deepEqual(texts(tea), ["a", "b", "c", "d"]);
  // Nothing is written yet: the cursor neither.
  assert.notDeepEqual(await place(client), { incarnation: "first life", cursor: "at d" });
  await time.pass(200);
  assert.deepEqual(await place(client), { incarnation: "first life", cursor: "at d" });
  assert.deepEqual(await stored(client, TEA), [1, 2, 3, 4, 5]);
});

Deno.test("[LIVE3] at every moment the stored cursor implies nothing that is not stored, or known to be missing", async () => {
  const store = memoryStore();
  const writes: { cursor: unknown; heads: number[] }[] = [];
  const watched: Store = {
    ...delegate(store),
    write: async (changes: readonly Change[]) => {
      const keys = await store.write(changes);
      const [at, record] = [await store.get("meta", "place"), await store.get("streams", TEA)];
      const last = (await store.list("events")).filter(({ key }) => key.startsWith(TEA)).at(-1);
      writes.push({
        cursor: at && "cursor" in at ? at.cursor : null,
        heads: [record?.known ?? 0, record?.head ?? 0, Number(last?.key.slice(-10) ?? 0)],
      });
      return keys;
    },
  };
  const { server, time } = await streaming({ store: watched });
  server.gate = () => new Promise(() => {});
  for (let n = 4; n < 30; n++) {
    const event = server.say(TEA, `${n}`);
    // Every fifth is lost; the silent server does not give it.
    if (n % 5 > 0) server.send([item(event)], `cursor ${event.seq}`);
    if (n % 3 === 0) await time.pass(110);
  }
  const sent = writes.flatMap(({ cursor, heads }) => {
    const upTo = /^cursor (\d+)$/.exec(String(cursor))?.[1];
    return upTo === undefined ? [] : [{ upTo: Number(upTo), heads }];
  });
  assert(sent.length > 5);
  for (const { upTo, heads: [known = 0, recorded = 0, last = 0] } of sent) {
    assert(known >= upTo, `${known} is known at the cursor of ${upTo}`);
    assert(last >= recorded, `${last} is stored of ${recorded}`);
  }
});

/** A store whose methods can be replaced one by one. */
function delegate(store: Store): Store {
  return {
    get: (table, key) => store.get(table, key),
    list: (table, range) => store.list(table, range),
    write: (changes) => store.write(changes),
    watch: (listener) => store.watch(listener),
    exclusively: (name, signal, work) => store.exclusively(name, signal, work),
    close: () => store.close(),
  };
}

Deno.test("[LIVE3] a client that ends with a gap reads it when it is started again, also where nobody looks", async () => {
  const first = await streaming();
  first.server.gate = () => new Promise(() => {});
  first.server.say(TEA, "lost");
  first.server.send([item(first.server.say(TEA, "e"))]);
  await first.time.pass(200);
  await first.replica.close();
  const server = first.server;
  server.gate = () => Promise.resolve();
  server.feeds.length = 0;
  const again = await start({ server, store: first.store });
  server.live();
  await again.time.pass(1_000);
  assert.deepEqual(await stored(again, TEA), [1, 2, 3, 4, 5]);
  const held = again.replica.hold(TEA);
  await again.time.pass(200);
  assert.deepEqual(texts(held), ["a", "b", "lost", "e"]);
});

Deno.test("[LIVE3] `behind` is read up to 2,000 events; more, and the newest part is opened anew", async () => {
  const { server, tea, time } = await streaming();
  for (let n = 0; n < 1_500; n++) server.say(TEA, `${n}`);
  server.send([{ type: "behind", stream: TEA, head: seq(1_503) }]);
  await time.pass(2_000);
  assert.deepEqual([head(tea), texts(tea).length], [1_503, 1_502]);
  assert.equal(server.asked.filter((asked) => asked.startsWith("read")).length, 3);

  for (let n = 0; n < 2_001; n++) server.say(TEA, `${n}`);
  server.send([{ type: "behind", stream: TEA, head: seq(3_504) }]);
  await time.pass(2_000);
  assert.deepEqual([head(tea), texts(tea).length], [3_504, 200]);
  assert.equal(server.asked.filter((asked) => asked === `open ${TEA}`).length, 2);
});

Deno.test("[LIVE2] `joined` opens what is held anew, if its head is newer; a repeated one does nothing", async () => {
  const { server, tea, time } = await streaming();
  const opened = () => server.asked.filter((asked) => asked === `open ${TEA}`).length;
  const state = { kind: "discussion", id: TEA, seq: seq(4) } as never; // nothing here reads it
  const joined = (upTo: number) =>
    ({ type: "joined", stream: TEA, visibleFrom: seq(1), head: seq(upTo), state }) as const;
  server.send([joined(3)]);
  await time.pass(500);
  assert.equal(opened(), 1);
  server.say(TEA, "c");
  server.send([joined(4)]);
  await time.pass(500);
  assert.deepEqual([opened(), texts(tea)], [2, ["a", "b", "c"]]);
  server.send([joined(4)]);
  await time.pass(500);
  assert.equal(opened(), 2);
});

Deno.test("[VIS2] a range that is not to be seen counts like events, wherever it overlaps what is held", async () => {
  const client = await streaming();
  const { server, tea, time } = client;
  for (const text of ["hidden", "hidden"]) server.say(TEA, text);
  const range = { type: "opaque", stream: TEA, from: seq(2), to: seq(5) } as const;
  server.send([range, item(server.say(TEA, "f"))]);
  await time.pass(500);
  assert.deepEqual([texts(tea), head(tea)], [["a", "b", "f"], 6]);
  // What is stored says the same: nobody's event was lost under the range.
  tea.release();
  const again = client.replica.hold(TEA);
  await time.pass(500);
  assert.deepEqual([texts(again), server.asked.some((asked) => asked.startsWith("read"))], [["a", "b", "f"], false]);
});

Deno.test("[LIVE3] a page that was read before what is held is older and changes nothing", async () => {
  const { server, tea, time } = await streaming();
  const late = Promise.withResolvers<void>();
  server.gate = (what) => what.startsWith("read") ? late.promise : Promise.resolve();
  const [c, d, e] = ["c", "d", "e"].map((text) => server.say(TEA, text)) as [LogEvent, LogEvent, LogEvent];
  server.send([item(d)]);
  await time.settle();
  server.send([item(c), item(d), item(e)]);
  assert.deepEqual(texts(tea), ["a", "b", "c", "d", "e"]);
  late.resolve();
  await time.pass(500);
  assert.deepEqual(texts(tea), ["a", "b", "c", "d", "e"]);
});

Deno.test("[VIS3] what is not there is shown as missing, and opened once the user is let in", async () => {
  const { server, replica, time } = await streaming();
  const late = discussionOn(3, 7);
  const held = replica.hold(late);
  await time.pass(500);
  assert.equal(held.view.snapshot()?.isMissing, true);
  server.create(late);
  const state = { kind: "discussion", id: late, seq: seq(1) } as never; // nothing here reads it
  server.send([{ type: "joined", stream: late, visibleFrom: seq(1), head: seq(1), state }]);
  await time.pass(500);
  assert.deepEqual([held.view.snapshot()?.isMissing, head(held)], [false, 1]);
});

Deno.test("[LOG4] the outbox is told of an arrival once it is stored, and not before", async () => {
  const { server, replica, time } = await streaming();
  const { told } = replica.outbox;
  told.length = 0;
  server.send([item(server.say(TEA, "c", ALICE)), item(server.say(COFFEE, "c", ALICE))]);
  await time.settle();
  assert.deepEqual(told, []);
  await time.pass(200);
  assert.deepEqual(told.sort(), [`${TEA} 4`, `${COFFEE} 4`].sort());
});

Deno.test("[LIVE5] older pages are read backwards to the beginning, and stored", async () => {
  const client = await streaming();
  const { server, time, replica } = client;
  for (let n = 0; n < 500; n++) server.say(COFFEE, `${n}`);
  server.pageEvents = 150;
  const coffee = replica.hold(COFFEE);
  await time.pass(500);
  assert.equal(coffee.view.snapshot()?.held.from, 304);
  assert.equal(await coffee.older(), "more");
  assert.equal(await coffee.older(), "whole");
  assert.equal(await coffee.older(), "whole");
  assert.equal(texts(coffee).length, 502);
  await time.pass(500);
  assert.equal((await stored(client, COFFEE)).length, 503);
});
