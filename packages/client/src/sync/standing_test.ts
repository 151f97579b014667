import { incarnation, seq, shardOf } from "@gatz/domain";
import assert from "node:assert/strict";
import { COFFEE, kind, place, start, stored, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { ALICE, BOB, item, ScriptedServer, UNAUTHENTICATED, UNAVAILABLE } from "../../testing/scripted_server.ts";
import { type Store, StoreFailed } from "../store/contract.ts";
import { memoryStore } from "../store/memory.ts";
import { CUT } from "../trouble.ts";

Deno.test("[LIVE3] a client with nothing asks for the first page, and its feed goes on from there", async () => {
  const client = await start();
  assert.deepEqual(client.server.asked, ["follow null", "me", "discussions", "follow page of first life"]);
  assert.equal(kind(client), "catching-up");
  client.server.live();
  assert.equal(kind(client), "live");
  await client.time.pass(1_000);
  assert.deepEqual(await place(client), { incarnation: "first life", cursor: "after 1" });
});

Deno.test("[READ0] without a connection what is stored is there; with nothing stored the client says offline and waits", async () => {
  const first = await streaming();
  await first.replica.close();
  const server = new ScriptedServer();
  server.isConnected = false;
  server.trouble = () => CUT;
  const again = await start({ server, store: first.store });
  const held = again.replica.hold(TEA);
  await again.time.pass(60_000);
  assert.deepEqual([texts(held), kind(again)], [["a", "b"], "offline"]);

  const nothing = await start({ server });
  const unknown = nothing.replica.hold(TEA);
  await nothing.time.pass(60_000);
  assert.deepEqual([unknown.view.snapshot(), kind(nothing)], [null, "offline"]);
  // The connection comes.
  server.trouble = () => null;
  for (const event of first.server.logs.get(TEA) ?? []) server.write(event.actor, event);
  server.connect(true);
  await nothing.time.pass(10_000);
  assert.deepEqual(texts(unknown), ["a", "b"]);
});

Deno.test("[LIVE8] a silent shard is shown and tried again; reads of others go on beside it", async () => {
  const { server, tea, time, replica } = await streaming();
  const coffee = replica.hold(COFFEE);
  await time.pass(500);
  server.trouble = (_, stream) => stream === COFFEE ? UNAVAILABLE : null;
  for (const stream of [TEA, COFFEE]) server.say(stream, "lost");
  server.send([item(server.say(COFFEE, "c")), item(server.say(TEA, "c"))]);
  await time.pass(5_000);
  assert.deepEqual([texts(tea), texts(coffee)], [["a", "b", "lost", "c"], ["a", "b"]]);
  // All but what the silent shard has is here.
  assert.deepEqual([replica.status.snapshot().kind, [...replica.status.snapshot().troubles.keys()]], ["live", [4]]);
  assert.deepEqual(replica.status.snapshot().troubles.get(shardOf(COFFEE))?.streams, [COFFEE]);
  const tries = server.asked.filter((asked) => asked === `read 4 ${COFFEE}`).length;
  assert(tries >= 3 && tries <= 6, `${tries} tries in five seconds`);
  server.trouble = () => null;
  await time.pass(8_000);
  assert.deepEqual([texts(coffee), replica.status.snapshot().troubles.size], [["a", "b", "lost", "c"], 0]);
});

Deno.test("[LIVE8] what the feed says of a shard is shown until it says that it is well, or is cut", async () => {
  const { server, replica } = await streaming();
  const troubles = () => [...replica.status.snapshot().troubles].map(([shard, { status }]) => `${shard} ${status}`);
  const says = (status: "ok" | "slow" | "down") =>
    server.send([{ type: "shard", shard: 4, status, streams: [COFFEE] } as never]); // a plain number for a branded one
  says("slow");
  assert.deepEqual(troubles(), ["4 slow"]);
  says("ok");
  assert.deepEqual(troubles(), []);
  says("down");
  server.connect(false);
  assert.deepEqual([replica.status.snapshot().kind, troubles()], ["offline", []]);
});

Deno.test("[LIVE6] who is not taken is rejected with the reason, keeps what is stored, and goes on with a token that is taken", async () => {
  const client = await streaming();
  const { server, tea, time, replica } = client;
  server.end(UNAUTHENTICATED);
  assert.deepEqual(replica.status.snapshot().kind, "rejected");
  assert.deepEqual(texts(tea), ["a", "b"]);
  const follows = () => server.asked.filter((asked) => asked.startsWith("follow")).length;
  const before = follows();
  await time.pass(4_000);
  assert.equal(follows(), before);
  replica.retry();
  await time.settle();
  assert.equal(follows(), before + 1);
  const said = server.say(TEA, "c");
  server.send([item(said), { type: "live", incarnation: server.life, heads: [] }]);
  assert.deepEqual([kind(client), texts(tea)], ["live", ["a", "b", "c"]]);
});

Deno.test("[LIVE6] a client whose token is another user's takes nothing of theirs, and says so", async () => {
  const first = await streaming();
  await first.replica.close();
  const server = new ScriptedServer(BOB);
  const told = Promise.withResolvers<void>();
  server.gate = (what) => what === "me" ? told.promise : Promise.resolve();
  const again = await start({ server, store: first.store });
  // What waits is offered in nobody else's name.
  assert.deepEqual(again.outbox.connections.filter((connected) => connected), []);
  server.send([item(first.server.say(TEA, "not for this store"))], "theirs");
  await again.time.pass(500);
  told.resolve();
  await again.time.pass(2_000);
  assert.equal(kind(again), "rejected");
  assert.deepEqual(again.outbox.connections.filter((connected) => connected), []);
  assert.deepEqual(again.server.asked.filter((asked) => asked !== "me" && !asked.startsWith("follow")), []);
  assert.deepEqual(await stored(again, TEA), [1, 2, 3]);
  assert.notDeepEqual(await place(again), { incarnation: "first life", cursor: "theirs" });
  // Nothing was asked for in their name, and the feed begins where this store's was.
  again.replica.retry();
  await again.time.settle();
  assert.deepEqual(server.asked, ["follow after 1", "me", "follow after 1", "me"]);
});

Deno.test("[LIVE6] drafts go out and lists are read once it is known whose the token is, however late", async () => {
  const first = await streaming();
  assert.deepEqual(first.outbox.connections.at(-1), true);
  await first.replica.close();
  const { server } = first;
  const said = Promise.withResolvers<void>();
  server.gate = (what) => what === "me" ? said.promise : Promise.resolve();
  const again = await start({ server, store: first.store });
  await again.time.pass(1_000);
  assert.deepEqual(again.outbox.connections.filter((connected) => connected), []);
  said.resolve();
  await again.time.pass(1_000);
  assert.deepEqual(again.outbox.connections.at(-1), true);
  server.connect(false);
  assert.deepEqual(again.outbox.connections.at(-1), false);
  server.connect(true);
  await again.time.settle();
  assert.deepEqual(again.outbox.connections.at(-1), true);
});

Deno.test("[LIVE6] a later connection may be with another user's token: until that is known nothing is offered, read or taken", async () => {
  const { server, replica, time, store, outbox, tea } = await streaming();
  server.connect(false);
  const before = server.asked.length;
  replica.hold(COFFEE);
  await time.pass(100);
  server.viewer = BOB;
  const said = Promise.withResolvers<void>();
  server.gate = (what) => what === "me" ? said.promise : Promise.resolve();
  server.connect(true);
  server.send([item(server.say(TEA, "not for this store")), item(server.say(COFFEE, "nor this"))], "theirs");
  await time.pass(1_000);
  said.resolve();
  await time.pass(1_000);
  const client = { replica, server, time, store, outbox };
  assert.equal(kind(client), "rejected");
  assert.deepEqual([texts(tea), await stored(client, TEA), outbox.connections.at(-1)], [["a", "b"], [1, 2, 3], false]);
  assert.deepEqual(server.asked.slice(before), ["me"]);
  assert.deepEqual(await place(client), { incarnation: "first life", cursor: "after 1" });
  // The right one again: what was left out comes.
  server.viewer = ALICE;
  replica.retry();
  await time.pass(100);
  assert.equal(server.asked.findLast((asked) => asked.startsWith("follow")), "follow after 1");
  server.send([item(server.logs.get(TEA)!.at(-1)!)]);
  assert.deepEqual(texts(tea), ["a", "b", "not for this store"]);
  assert.equal(outbox.connections.at(-1), true);
});

Deno.test("[LIVE6] a connection that is lost before it is known whose it is leaves the next one to be asked", async () => {
  const { server, replica, time, store, outbox, tea } = await streaming();
  for (let lost = 0; lost < 3; lost++) {
    server.connect(false);
    server.trouble = (what) => what === "me" ? CUT : null;
    server.connect(true);
    await time.settle();
  }
  server.trouble = () => null;
  server.send([item(server.say(TEA, "c"))]);
  await time.pass(10_000);
  assert.deepEqual([texts(tea), outbox.connections.at(-1)], [["a", "b", "c"], true]);
  await replica.close();
  assert.deepEqual(await stored({ replica, server, time, store, outbox }, TEA), [1, 2, 3, 4]);
});

Deno.test("[LOG9] in another life, wherever it is met, all is read anew; whoever looks goes on looking", async () => {
  for (const meet of ["feed", "answer"] as const) {
    const client = await streaming();
    const { server, tea, time } = client;
    // One that is stored, and not looked at.
    if (meet === "feed") client.replica.hold(COFFEE).release();
    await time.pass(500);
    server.life = incarnation("second life");
    server.logs.set(TEA, (server.logs.get(TEA) ?? []).slice(0, 2));
    const other = server.say(TEA, "another third");
    if (meet === "feed") server.live();
    else client.replica.hold(COFFEE);
    await time.pass(2_000);
    server.live();
    await time.pass(2_000);
    assert.deepEqual([texts(tea), kind(client)], [["a", "another third"], "live"], meet);
    assert.equal((await place(client) as { incarnation: string }).incarnation, "second life");
    if (meet === "feed") assert.deepEqual(await stored(client, COFFEE), []);
    server.send([item(server.say(TEA, "d"))]);
    assert.deepEqual([texts(tea), other.seq], [["a", "another third", "d"], 3]);
  }
});

Deno.test("[LOG9] an answer of an earlier life that comes late is not taken", async () => {
  const { server, tea, time } = await streaming();
  const late = Promise.withResolvers<void>();
  server.say(TEA, "old life's");
  server.gate = (what) => what.startsWith("read") ? late.promise : Promise.resolve();
  server.send([item(server.say(TEA, "old life's too"))]);
  await time.settle();
  server.gate = () => Promise.resolve();
  server.life = incarnation("second life");
  server.logs.set(TEA, (server.logs.get(TEA) ?? []).slice(0, 2));
  server.live();
  await time.settle();
  const before = server.asked.length;
  late.resolve();
  await time.pass(2_000);
  assert.deepEqual(texts(tea), ["a"]);
  // Nor does it count as another life, or is more asked for from where the earlier one was.
  assert.deepEqual(server.asked.slice(before), [`open ${TEA}`, `read 3 ${TEA}`]);
});

Deno.test("[LOG9] a cursor of an earlier life is not stored in a later one, however the program ends", async () => {
  const client = await streaming();
  const { server, time } = client;
  server.gate = () => new Promise(() => {});
  server.send([item(server.say(TEA, "c"))], "of the first life");
  server.life = incarnation("second life");
  server.live();
  await time.pass(1_000);
  assert.deepEqual([await place(client), await stored(client, TEA)], [undefined, []]);
});

/** A store as who ends before having read their lists leaves it: with a stream, and without a cursor. */
async function cutShort() {
  const client = await streaming();
  await client.replica.close();
  const row = { row: null, known: seq(3), isStale: true };
  await client.store.write([
    { type: "delete", table: "meta", key: "place" },
    { type: "put", table: "rows", key: TEA, value: row },
  ]);
  return client;
}

Deno.test("[READ0] who ended before having read their lists finds what they looked at, also without a server; lists without a cursor go", async () => {
  const { store } = await cutShort();
  const server = new ScriptedServer();
  server.isConnected = false;
  server.trouble = () => CUT;
  const again = await start({ server, store });
  const held = again.replica.hold(TEA);
  await again.time.pass(1_000);
  assert.deepEqual([texts(held), kind(again)], [["a", "b"], "offline"]);
  assert.deepEqual(await store.list("rows"), []);
});

Deno.test("[LIVE3] of what is stored without a cursor nobody knows how old it is: the server is asked what is newer, also of what is in no list", async () => {
  const { store, server } = await cutShort();
  server.say(TEA, "missed");
  server.feeds.length = server.asked.length = 0;
  const again = await start({ server, store });
  await again.time.pass(1_000);
  assert.deepEqual(await stored(again, TEA), [1, 2, 3, 4]);
  assert(server.asked.includes("follow page of first life"), server.asked.join(", "));
});

Deno.test("[LOG9] what is stored without a cursor, in another life, goes", async () => {
  const { store, server } = await cutShort();
  const next = new ScriptedServer();
  next.logs.set(TEA, (server.logs.get(TEA) ?? []).slice(0, 2));
  next.life = incarnation("second life");
  const again = await start({ server: next, store });
  const held = again.replica.hold(TEA);
  next.live();
  await again.time.pass(2_000);
  assert.deepEqual([texts(held), await stored(again, TEA)], [["a"], [1, 2]]);
  assert.deepEqual(await store.get("meta", "life"), { life: next.life });
});

Deno.test("[LIVE6] what came with another user's token is not taken for a later connection's", async () => {
  const { server, time, replica, store, outbox, tea } = await streaming();
  const client = { replica, server, time, store, outbox };
  server.connect(false);
  server.viewer = BOB;
  const told = Promise.withResolvers<void>();
  server.gate = (what) => what === "me" ? told.promise : Promise.resolve();
  server.connect(true);
  server.send([item(server.say(TEA, "theirs"))], "theirs");
  // Before it has been said whose it was.
  server.connect(false);
  server.viewer = ALICE;
  server.gate = () => Promise.resolve();
  server.connect(true);
  told.resolve();
  await time.pass(1_000);
  assert.deepEqual([texts(tea), server.asked.findLast((asked) => asked.startsWith("follow"))], [
    ["a", "b"],
    "follow after 1",
  ]);
  assert.deepEqual([await place(client), outbox.connections.at(-1)], [
    { incarnation: "first life", cursor: "after 1" },
    true,
  ]);
});

Deno.test("[LIVE8] a store that refuses while a first start reads it is tried again, on the connection that there is", async () => {
  const store = memoryStore();
  let refuses = true;
  const flaky: Store = {
    get: (table, key) => store.get(table, key),
    list: (table, range) => refuses ? Promise.reject(new StoreFailed("it is busy")) : store.list(table, range),
    write: (changes) => store.write(changes),
    watch: (listener) => store.watch(listener),
    exclusively: (name, signal, work) => store.exclusively(name, signal, work),
    close: () => store.close(),
  };
  const client = await start({ store: flaky });
  const { replica, server, time } = client;
  await time.pass(5_000);
  assert.equal(replica.session.snapshot(), null);
  refuses = false;
  await time.pass(10_000);
  assert.notEqual(replica.session.snapshot(), null);
  server.live();
  assert.deepEqual([kind(client), server.asked.filter((asked) => asked === "me").length], ["live", 1]);
  await time.pass(1_000);
  assert.equal(replica.status.snapshot().storeFails, false);
});

Deno.test("[LIVE6] a server that does not say who this is, and yet brings a feed, is asked again", async () => {
  const client = await streaming();
  const { server, time, tea } = client;
  server.connect(false);
  server.trouble = (what) => what === "me" ? UNAUTHENTICATED : null;
  server.connect(true);
  await time.settle();
  assert.equal(kind(client), "rejected");
  server.trouble = () => null;
  await time.pass(6_000);
  server.send([item(server.say(TEA, "c")), { type: "live", incarnation: server.life, heads: [] }]);
  await time.pass(1_000);
  assert.deepEqual([kind(client), texts(tea)], ["live", ["a", "b", "c"]]);
});
