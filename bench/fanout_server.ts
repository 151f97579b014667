/**
 * gatz's fan-out alone: a real server on a real database whose feeds get events that were committed before. Only the moment at which the hub sees
 * the log is held back. First line printed: `{ws, control, rooms: tokens[][]}`. Ends on SIGTERM.
 * Usage: fanout_server.ts '{"rooms", "size", "events", "textBytes", "bound", "frameEvents"}'
 */
import type { Position, ShardNumber } from "@gatz/domain";
import { type Committed, migrate, openStorage, type Storage } from "@gatz/storage";
import { processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { storageConfig } from "../apps/server/src/database.ts";
import { readSecrets } from "../apps/server/src/secrets.ts";
import { processSecrets } from "../apps/server/src/secrets_file.ts";
import { serve } from "../apps/server/src/serve.ts";
import { accepted, freshId, makeRooms, type Room } from "./rooms.ts";
import { Window } from "./window.ts";
import { Wire } from "./wire.ts";

interface Plan {
  rooms: number;
  size: number;
  events: number;
  textBytes: number;
  bound: number;
  frameEvents: number;
}

const BATCH = 16;
const plan = JSON.parse(Deno.args[0]!) as Plan; // bench/fanout_engine.ts wrote it
const config = readConfig(processEnvironment(), {
  GATZ_DEV: "1",
  GATZ_PORT: "0",
  GATZ_LIMITS: `lifted-for-load,frameEvents=${plan.frameEvents},beatMs=600000`,
});
const secrets = readSecrets(processSecrets(), { embedded: false });
const stored = storageConfig(config, { secrets, directory: config.databaseUrl! });
await migrate(stored);
const storage = await openStorage(stored);
const window = new Window(plan.bound);
const gate = heldBack(storage);
const server = await serve({ config, secrets, storage: gate.storage });
const base = server.url.replace(/\/$/, "");
const target = { http: base, ws: `${base.replace("http", "ws")}/trpc`, shards: config.shards };
const rooms = await makeRooms(target, { rooms: plan.rooms, size: plan.size });
await gate.close();
await Promise.all(rooms.map(fill));
console.log(
  JSON.stringify({ ...target, control: window.url, rooms: rooms.map((room) => room.people.map((p) => p.token)) }),
);
await window.started;
gate.open();

async function fill(room: Room): Promise<void> {
  const wire = await Wire.open(target.ws, room.people[0]!.token);
  const body = { text: "x".repeat(plan.textBytes), mentions: [], attachments: [] };
  for (let done = 0; done < plan.events; done += 100) {
    const drafts = Array.from({ length: Math.min(100, plan.events - done) }, () => ({
      stream: room.discussion,
      id: freshId("msg", room.shard),
      type: "new-message",
      version: 1,
      body,
    }));
    accepted(await wire.call("mutation", "log.offer", { stream: room.discussion, drafts }));
  }
  wire.close();
}

/** The storage, but for a log that stands still between `close` and `open`. */
function heldBack(real: Storage) {
  const shown = new Map<ShardNumber, Position>();
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  async function* follow(
    shard: ShardNumber,
    from: Position,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Committed[]> {
    for await (const batch of real.follow(shard, from, signal)) {
      for (let at = 0; at < batch.length; at += BATCH) {
        await gate.promise;
        const part = batch.slice(at, at + BATCH);
        shown.set(shard, part.at(-1)!.position);
        yield part;
        await window.sent(part.filter(({ event }) => event.type === "new-message").length * plan.size);
      }
    }
  }

  /** The log's end as far as it is shown: feeds that begin while it stands still begin there. */
  async function fence(shard: ShardNumber) {
    const actual = await real.fence(shard);
    return { ...actual, position: shown.get(shard) ?? actual.position };
  }

  return {
    storage: new Proxy(real, {
      get: (object, name) => {
        if (name === "follow") return follow;
        if (name === "fence") return fence;
        const value = Reflect.get(object, name);
        return typeof value === "function" ? value.bind(object) : value;
      },
    }),
    async close() {
      for (const shard of real.shards) shown.set(shard, (await real.fence(shard)).position);
      gate = Promise.withResolvers();
    },
    open: () => gate.resolve(),
  };
}
