import { incarnation, seq, type StreamId, type UserState } from "@gatz/domain";
import assert from "node:assert/strict";
import { start } from "../../testing/replica_stage.ts";
import { discussionOn, item, ScriptedServer } from "../../testing/scripted_server.ts";
import { Cell } from "../observable.ts";
import { isTrouble } from "../server/contract.ts";
import { HeldStream } from "../stream/held_stream.ts";
import type { HeldView } from "../sync/held.ts";
import { OpenDiscussion } from "./open_discussion.ts";

const TEA = discussionOn(3);
const GROUPS = new Cell<HeldView | null>(null);

/** What is held of the whole of a server's log. */
async function heldOf(server: ScriptedServer): Promise<HeldView> {
  const held = new HeldStream({ stream: TEA, viewer: server.viewer });
  const opened = await server.open({ stream: TEA, limit: 500 });
  assert(!isTrouble(opened));
  held.open(opened);
  return { held, isMissing: false, trouble: null };
}

Deno.test("[LOG9] in another life of the installation arrivals go on with what is new there, though its seqs are lower", async () => {
  let life = incarnation("first");
  const server = new ScriptedServer();
  server.create(TEA);
  for (const text of ["a", "b", "c"]) server.say(TEA, text);
  const view = new Cell<HeldView | null>(await heldOf(server));
  const workshop = {
    ...{ outbox: { pending: new Cell(new Map()) }, self: new Cell<UserState | null>(null), timing: { now: () => 0 } },
    ...{ limits: () => ({}), blocks: () => null, life: () => life },
    hold: (stream: string) => ({ stream, view: stream === TEA ? view : GROUPS, release: () => {} }),
  };
  const open = new OpenDiscussion(TEA, workshop as never); // no more of it is asked for
  const seen: string[] = [];
  const answering = (async () => {
    for await (const message of open.arrivals()) seen.push(message.kind === "live" ? message.text : message.kind);
  })();
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  await settled();
  server.say(TEA, "d");
  view.set(await heldOf(server));
  await settled();
  // Restored from what it was early.
  server.logs.set(TEA, server.logs.get(TEA)!.slice(0, 2));
  life = incarnation("second");
  view.set(await heldOf(server));
  await settled();
  server.say(TEA, "new in this life");
  view.set(await heldOf(server));
  await settled();
  open.release();
  await answering;
  assert.deepEqual(seen, ["d", "new in this life"]);
});

Deno.test("[LIVE3] arrivals of a discussion that is more behind than can be held come to an end though it goes on, each once and in order", async () => {
  const MANY = 20_500;
  const { replica, server, time } = await start();
  server.create(TEA);
  for (let n = 1; n <= MANY; n++) server.say(TEA, String(n));
  server.live();
  // With every page that is read something more is said.
  let said = MANY;
  server.gate = (what) => {
    if (what.startsWith("read")) server.send([item(server.say(TEA, String(++said)))]);
    return Promise.resolve();
  };
  const workshop = {
    ...{ outbox: { pending: new Cell(new Map()) }, self: new Cell<UserState | null>(null), timing: time },
    ...{ limits: () => ({}), blocks: () => null, life: () => server.life },
    hold: (stream: StreamId) => replica.hold(stream),
  };
  const open = new OpenDiscussion(TEA, workshop as never); // no more of it is asked for
  let taken = 0;
  for await (const message of open.arrivals({ after: seq(1) })) {
    assert.equal(message.kind === "live" && message.text, String(++taken));
    if (taken === said) break;
  }
  const pages = server.asked.filter((asked) => asked.startsWith("read")).length;
  assert(taken >= MANY && pages <= MANY / 500 + 2_000 / 200 + 2, `${pages} pages for ${taken} messages`);
  open.release();
  await replica.close();
});
