import { seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { item } from "../../testing/scripted_server.ts";
import { type Client, stored, streaming, TEA, texts } from "../../testing/replica_stage.ts";

/** A client that has a discussion in its store, up to 3, and does not look at it. */
async function storing(): Promise<Client> {
  const client = await streaming();
  client.tea.release();
  await client.time.pass(500);
  return client;
}

const record = async ({ store }: Client) => {
  const found = await store.get("streams", TEA);
  return found && [found.from, found.head, found.known];
};

Deno.test("[LIVE1] what is stored goes on being stored where nobody looks; what is repeated changes nothing", async () => {
  const client = await storing();
  const { server, time } = client;
  const events = ["c", "d"].map((text) => server.say(TEA, text));
  server.send([...events, ...events].map(item));
  server.send(events.slice(0, 1).map(item));
  await time.pass(500);
  assert.deepEqual([await record(client), await stored(client, TEA)], [[1, 5, 5], [1, 2, 3, 4, 5]]);
  assert(!server.asked.some((asked) => asked.startsWith("read")));
  const held = client.replica.hold(TEA);
  await time.pass(500);
  assert.deepEqual(texts(held), ["a", "b", "c", "d"]);
});

Deno.test("[LIVE3] a gap is found and read where nobody looks, too; what is known to be missing is stored at once", async () => {
  const client = await storing();
  const { server, time } = client;
  const late = Promise.withResolvers<void>();
  server.gate = () => late.promise;
  server.say(TEA, "lost");
  server.send([item(server.say(TEA, "d"))]);
  await time.pass(500);
  assert.deepEqual([await record(client), await stored(client, TEA)], [[1, 3, 5], [1, 2, 3]]);
  late.resolve();
  await time.pass(500);
  assert.deepEqual([await record(client), await stored(client, TEA)], [[1, 5, 5], [1, 2, 3, 4, 5]]);
});

Deno.test("[VIS1] after a new stay the stored state is no ground to go on from, also if the program ends before it is read anew", async () => {
  const client = await storing();
  const { server, time, store } = client;
  server.gate = () => new Promise(() => {});
  server.say(TEA, "c");
  const joined = { type: "joined", stream: TEA, visibleFrom: seq(1), head: seq(4), state: {} as never } as const; // nothing here reads it
  server.send([joined]);
  await time.pass(500);
  assert.equal((await store.get("streams", TEA))?.base, null);
});

Deno.test("[LIVE3] the log of a stream where nobody looks does not grow without end", async () => {
  const client = await storing();
  const { server, time } = client;
  for (let frame = 0; frame < 60; frame++) {
    server.send(Array.from({ length: 100 }, (_, n) => item(server.say(TEA, `${frame}.${n}`))));
    await time.pass(200);
  }
  const [from = 0, head] = await record(client) ?? [];
  assert.equal(head, 6_003);
  assert(head - from < 5_000, `from ${from}`);
  assert.equal((await stored(client, TEA))[0], from);
  const held = client.replica.hold(TEA);
  await time.pass(500);
  assert.deepEqual([held.view.snapshot()?.held.from, texts(held).at(-1)], [from, "59.99"]);
});
