import { seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { kind, start, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { discussionOn, item, ScriptedServer } from "../../testing/scripted_server.ts";
import { Memory, memoryStore } from "../store/memory.ts";
import { CUT } from "../trouble.ts";

/** On a shard of its own, and not there yet. */
const LATER = discussionOn(5);
/** Of the state that comes with it nothing is read here. */
const joined = (head: number) =>
  ({ type: "joined", stream: LATER, visibleFrom: seq(1), head: seq(head), state: {} as never }) as const;

Deno.test("[LIVE2] what was opened before it was there is opened again when the feed tells of it, in whatever way", async () => {
  for (const way of ["joined", "behind", "beat", "event"] as const) {
    const { replica, server, time } = await streaming();
    const held = replica.hold(LATER);
    await time.pass(1_000);
    assert.equal(held.view.snapshot()?.isMissing, true);
    const events = [server.create(LATER), server.say(LATER, "first")];
    const heads = [{ stream: LATER, seq: seq(2) }];
    if (way === "joined") server.send([joined(2)]);
    if (way === "behind") server.send([{ type: "behind", stream: LATER, head: seq(2) }]);
    if (way === "beat") server.send([{ type: "beat", heads }]);
    if (way === "event") server.send(events.map(item));
    await time.pass(1_000);
    assert.deepEqual([held.view.snapshot()?.isMissing, texts(held)], [false, ["first"]], way);
  }
});

Deno.test("[LOG4] the outbox hears how far streams have come of which nothing is kept, however the feed tells it", async () => {
  const { server, time, outbox } = await streaming();
  server.send([joined(1)]);
  await time.pass(500);
  const behind = { type: "behind", stream: LATER, head: seq(3) } as const;
  server.send([item(server.say(TEA, "c")), behind, { type: "beat", heads: [{ stream: LATER, seq: seq(2) }] }]);
  await time.pass(500);
  // A head that is older takes nothing back.
  assert.deepEqual(outbox.told.filter((one) => one.startsWith(LATER)), [`${LATER} 1`, `${LATER} 3`]);
});

Deno.test("[LOG4] of what was opened in vain and released the outbox hears too", async () => {
  const { replica, server, time, outbox } = await streaming();
  const held = replica.hold(LATER);
  held.release();
  await time.pass(1_000);
  server.send([item(server.create(LATER)), item(server.say(LATER, "first"))]);
  await time.pass(500);
  assert.equal(outbox.told.at(-1), `${LATER} 2`);
});

Deno.test("[LIVE3] streams that another tab had stored, and kept no longer than its end, are read up to what lists know", async () => {
  const first = await streaming();
  await first.replica.close();
  // The cursor is of a tab that did not keep it: the feed won't bring this.
  first.server.say(TEA, "c");
  const again = await start({ ...first, known: (stream) => stream === TEA ? seq(4) : undefined });
  const held = again.replica.hold(TEA);
  again.server.live();
  await again.time.pass(1_000);
  assert.deepEqual(texts(held), ["a", "b", "c"]);
});

Deno.test("[READ0] what is stored is shown though something newer can't be read", async () => {
  const first = await streaming();
  await first.replica.close();
  const server = new ScriptedServer();
  server.logs.set(TEA, [...first.server.logs.get(TEA) ?? []]);
  server.say(TEA, "c");
  server.trouble = (_, stream) => stream === TEA ? CUT : null;
  const again = await start({ ...first, server });
  server.live([{ stream: TEA, seq: seq(4) }]);
  await again.time.pass(5_000);
  const held = again.replica.hold(TEA);
  await again.time.pass(1_000);
  assert.deepEqual(texts(held), ["a", "b"]);
  server.trouble = () => null;
  await again.time.pass(20_000);
  assert.deepEqual(texts(held), ["a", "b", "c"]);
});

Deno.test("[LIVE3] where nothing newer is there, nothing is shown to be missing", async () => {
  const first = await streaming();
  await first.replica.close();
  // No list knows of it: the server is asked.
  const again = await start(first);
  const held = again.replica.hold(TEA);
  again.server.live();
  await again.time.pass(1_000);
  assert.equal(held.view.snapshot()?.held.missing(), null);
  assert.equal((await again.store.get("streams", TEA))?.known, 3);
});

Deno.test("[READ0] what another tab has stored meanwhile is loaded, and counts as held when it is released", async () => {
  const memory = new Memory();
  const first = await streaming({ store: memoryStore({ memory }) });
  const second = await start({ ...first, store: memoryStore({ memory }) });
  const { server, time } = first;
  server.live();
  await time.pass(500);
  // The other feed is slower.
  const said = server.say(TEA, "c");
  server.feeds[0]?.frame({ cursor: "after c", items: [item(said)] });
  await time.pass(500);
  const held = second.replica.hold(TEA);
  await time.pass(500);
  assert.deepEqual(texts(held), ["a", "b", "c"]);
  server.feeds[1]?.frame({ cursor: "after c", items: [item(said)] });
  held.release();
  await time.pass(500);
  assert.equal(kind(second), "live");
});

Deno.test("[LIVE3] a page that was empty when it was asked for takes nothing back that was heard since", async () => {
  const first = await streaming();
  await first.replica.close();
  const { server } = first;
  const late = Promise.withResolvers<void>();
  server.gate = (what) => what.startsWith("read") ? late.promise : Promise.resolve();
  // No list knows of it: the server is asked.
  const again = await start(first);
  const held = again.replica.hold(TEA);
  await again.time.pass(500);
  assert(server.asked.includes(`read 4 ${TEA}`));
  server.say(TEA, "c");
  server.live([{ stream: TEA, seq: seq(4) }]);
  late.resolve();
  await again.time.pass(500);
  assert.deepEqual(texts(held), ["a", "b", "c"]);
});

Deno.test("[LIVE3] what was opened before the page from which the feed goes on is asked for once more", async () => {
  const server = new ScriptedServer();
  server.create(LATER);
  server.say(LATER, "first");
  const late = { open: Promise.withResolvers<void>(), discussions: Promise.withResolvers<void>() };
  server.gate = (what) => what === "open" || what === "discussions" ? late[what].promise : Promise.resolve();
  const { replica, time } = await start({ server });
  const held = replica.hold(LATER);
  await time.pass(100);
  // Not in what was opened, and before the cursor.
  server.say(LATER, "between");
  late.discussions.resolve();
  await time.pass(100);
  late.open.resolve();
  server.live();
  await time.pass(1_000);
  assert.deepEqual(texts(held), ["first", "between"]);
});

Deno.test("[LIVE3] what lists learn later, beside a feed that began at the present, is read too", async () => {
  const first = await streaming();
  await first.replica.close();
  first.server.say(TEA, "c");
  let [known, changed] = [seq(3), () => {}];
  const again = await start({
    ...first,
    known: (stream) => stream === TEA ? known : undefined,
    onLists: (on) => changed = on,
  });
  const held = again.replica.hold(TEA);
  again.server.live();
  await again.time.pass(1_000);
  assert.deepEqual(texts(held), ["a", "b"]);
  known = seq(4);
  changed();
  await again.time.pass(1_000);
  assert.deepEqual(texts(held), ["a", "b", "c"]);
});

Deno.test("[LIVE6] of more than waits until it is known whose the token is nothing is lost: the feed begins again where it began", async () => {
  const first = await streaming();
  await first.replica.close();
  const { server } = first;
  const said = Promise.withResolvers<void>();
  server.gate = (what) => what === "me" ? said.promise : Promise.resolve();
  const again = await start(first);
  const events = Array.from({ length: 250 }, (_, n) => server.say(TEA, `${n}`));
  for (const event of events) server.send([item(event)]);
  said.resolve();
  await again.time.pass(500);
  assert.deepEqual(server.asked.filter((asked) => asked.startsWith("follow")).slice(-2), [
    "follow after 1",
    "follow after 1",
  ]);
  server.send(events.map(item));
  const held = again.replica.hold(TEA);
  await again.time.pass(500);
  assert.equal(texts(held).at(-1), "249");
});
