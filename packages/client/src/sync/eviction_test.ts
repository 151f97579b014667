import { seq, type StreamId, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { ALICE, discussionOn, item, ScriptedServer } from "../../testing/scripted_server.ts";
import { COFFEE, start, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import type { Entry } from "../store/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { toEvict } from "./eviction.ts";

const stream = (n: number): StreamId => discussionOn(3, n);

/** The n-th was opened at n. */
const stored = (events: readonly number[]): Entry<"streams">[] =>
  events.map((count, n) => ({
    key: n === 0 ? ALICE : stream(n),
    value: { from: seq(1), head: seq(count), known: seq(count), base: null, foldVersion: 1, openedAt: n },
  }));

Deno.test("streams leave the store that were not looked at for the longest time, by number and by events", () => {
  const evict = (bounds: { streams: number; events: number }, held: readonly StreamId[] = []) =>
    toEvict(stored([10, 10, 10, 10, 10]), { bounds, own: ALICE, isHeld: (one) => held.includes(one) });
  assert.deepEqual(evict({ streams: 5, events: 50 }), []);
  assert.deepEqual(evict({ streams: 3, events: 50 }), [stream(1)]);
  assert.deepEqual(evict({ streams: 5, events: 25 }), [stream(2), stream(1)]);
  // The user's own stays, and what is looked at; others go for them.
  assert.deepEqual(evict({ streams: 1, events: 50 }, [stream(1)]), [stream(3), stream(2)]);
});

Deno.test("[LOG4] what has left the store is opened anew when it is wanted; drafts never leave", async () => {
  const server = new ScriptedServer();
  const store = memoryStore();
  const client = await start({ server, store, bounds: { streams: 1, events: 1_000 } });
  server.live();
  const draft = {
    stream: TEA,
    id: uuidToId("msg", "0198c0de-0000-7003-8000-000000009999"),
    type: "new-message",
  } as const;
  const body = { text: "pending", mentions: [], attachments: [] };
  await store.write([{ type: "append", table: "drafts", value: { draft: { ...draft, version: 1, body }, madeAt: 1 } }]);
  for (const one of [TEA, COFFEE]) {
    server.create(one);
    server.say(one, "a");
    const held = client.replica.hold(one);
    await client.time.pass(1_000);
    held.release();
  }
  await client.time.pass(10_000);
  assert.deepEqual((await store.list("streams")).map(({ key }) => key), [COFFEE]);
  assert.deepEqual((await store.list("events")).map(({ key }) => key.slice(0, TEA.length)), [COFFEE, COFFEE]);
  assert.equal((await store.list("drafts")).length, 1);
  // What comes for it now is nobody's; it is read when somebody looks.
  server.send([item(server.say(TEA, "b"))]);
  const again = client.replica.hold(TEA);
  await client.time.pass(1_000);
  assert.deepEqual(texts(again), ["a", "b"]);
  await client.replica.close();
});

Deno.test("what is looked at is not old, also to other tabs", async () => {
  const { server, replica, time, store } = await streaming();
  replica.hold(COFFEE).release();
  server.live();
  await time.pass(6 * 60_000);
  const [tea, coffee] = [await store.get("streams", TEA), await store.get("streams", COFFEE)];
  assert(tea && coffee && tea.openedAt >= coffee.openedAt + 5 * 60_000, `${tea?.openedAt} and ${coffee?.openedAt}`);
});
