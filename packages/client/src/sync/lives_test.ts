import { incarnation, seq } from "@gatz/domain";
import assert from "node:assert/strict";
import { type Client, head, kind, place, start, stored, streaming, TEA, texts } from "../../testing/replica_stage.ts";
import { item, ScriptedServer } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { Memory, memoryStore } from "../store/memory.ts";

const SECOND = incarnation("second life");

/** As after a restore of an older backup: the newest event is gone. */
function restored(server: ScriptedServer): ScriptedServer {
  const next = new ScriptedServer();
  for (const [stream, log] of server.logs) next.logs.set(stream, log.slice(0, -1));
  next.life = SECOND;
  return next;
}

/** Two tabs of one store, both current, each with a server of its own to tell it what has happened. */
async function twoTabs() {
  const [memory, time] = [new Memory(), new VirtualTime()];
  const one = await streaming({ store: memoryStore({ memory }), time });
  await one.replica.stored();
  const server = new ScriptedServer();
  for (const [stream, log] of one.server.logs) server.logs.set(stream, [...log]);
  const other = await start({ server, store: memoryStore({ memory }), time });
  const held = other.replica.hold(TEA);
  server.live();
  await time.pass(1_000);
  assert.deepEqual([kind(one), kind(other), texts(held)], ["live", "live", ["a", "b"]]);
  return { one, other: { ...other, held }, time };
}

/** The servers of a client begin another life; the client meets it. */
async function meets(client: Client, server: ScriptedServer): Promise<void> {
  client.server.logs.clear();
  for (const [stream, log] of server.logs) client.server.logs.set(stream, [...log]);
  client.server.life = server.life;
  client.server.live();
  await client.time.pass(1_000);
  client.server.live();
  await client.time.pass(1_000);
}

const lifeOf = async ({ store }: Client) => await store.get("meta", "life");

Deno.test("[LOG9] once one tab has met another life nothing of the old one comes into the store, whatever tabs still do that have not met it", async () => {
  const { one, other, time } = await twoTabs();
  const next = restored(one.server);
  // Written in the old life, and lost with it.
  const lost = [other.server.say(TEA, "lost"), other.server.say(TEA, "lost too")];
  await meets(one, next);
  assert.deepEqual(await lifeOf(one), { life: SECOND });
  assert.deepEqual(await stored(one, TEA), [1, 2]);
  // The other one's server is going, and answers nothing more.
  other.server.gate = () => new Promise(() => {});
  other.server.send(lost.map(item), "of the old life");
  await time.pass(2_000);
  assert.deepEqual(await lifeOf(one), { life: SECOND });
  assert.deepEqual((await stored(one, TEA)).filter((at) => at > 2), []);
  const at = await place(one);
  assert(at === undefined || ("incarnation" in at && at.incarnation === SECOND));
});

Deno.test("[LOG9] a tab that was overtaken asks the server which life it is, begins anew in it, and takes nothing from the one that was first", async () => {
  const { one, other, time } = await twoTabs();
  const next = restored(one.server);
  const late = item(other.server.say(TEA, "lost"));
  await meets(one, next);
  other.server.life = SECOND;
  other.server.logs.clear();
  for (const [stream, log] of next.logs) other.server.logs.set(stream, [...log]);
  // A frame of the old life was on its way.
  other.server.send([late], "of the old life");
  await time.pass(2_000);
  other.server.live();
  for (const server of [one.server, other.server]) server.send([item(server.say(TEA, "new"))]);
  await time.pass(2_000);
  for (const held of [one.tea, other.held]) assert.deepEqual([texts(held), head(held)], [["a", "new"], 3]);
  assert.deepEqual([kind(one), kind(other)], ["live", "live"]);
  assert.deepEqual(await lifeOf(one), { life: SECOND });
  const again = await start({ server: other.server, store: one.store, time });
  again.server.live([{ stream: TEA, seq: seq(3) }]);
  const held = again.replica.hold(TEA);
  await time.pass(2_000);
  assert.deepEqual(texts(held), ["a", "new"]);
});
