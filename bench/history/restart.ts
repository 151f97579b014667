import { type Server, startServer } from "../environment.ts";
import { freshId, makeRooms, type Room } from "../rooms.ts";
import { absolute, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { Wire } from "../wire.ts";
import { type History, sizeOf } from "./history.ts";

const READY_S = 3;
const PATIENCE_MS = 60_000;
/** People send until the moment of the kill, so that there is something to recover. */
const BUSY_MS = 3_000;

/**
 * With a big log, people sending, and a kill -9: seconds until a send to every shard is acked again. Of the server (killed and started), and of
 * PostgreSQL under a server that goes on (all its processes killed, and started).
 */
export async function restartRows(plan: Plan, { database, events }: History): Promise<Row[]> {
  // Where a server stands that has run for a while: what was loaded a moment ago is not what is measured.
  await database.query("checkpoint");
  const rooms = await (async () => {
    await using server = await startServer(database);
    return await makeRooms(server, { rooms: server.shards, size: 2 });
  })();
  const server: number[] = [];
  const postgres: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    {
      await using first = await startServer(database);
      const killed = await killWhileBusy(first, { rooms, kill: () => Deno.kill(first.process.pid, "SIGKILL") });
      await using second = await startServer(database);
      await untilAllAck(second, rooms);
      server.push((performance.now() - killed) / 1_000);
    }
    {
      await using only = await startServer(database);
      const killed = await killWhileBusy(only, { rooms, kill: () => database.postgres.kill() });
      await database.restart();
      await untilAllAck(only, rooms);
      postgres.push((performance.now() - killed) / 1_000);
    }
  }
  const wanted = { atMost: READY_S };
  return [
    absolute({ name: `restart/${sizeOf(events)} server`, unit: "s", values: server, wanted }),
    absolute({ name: `restart/${sizeOf(events)} postgres`, unit: "s", values: postgres, wanted }),
  ];
}

/** When the kill was over, on this process's monotonic clock. */
async function killWhileBusy(
  server: Server,
  { rooms, kill }: { rooms: readonly Room[]; kill: () => void | Promise<void> },
): Promise<number> {
  await untilAllAck(server, rooms);
  let busy = true;
  const wires = await Promise.all(rooms.map((room) => Wire.open(server.ws, room.people[0]!.token)));
  for (const [n, wire] of wires.entries()) {
    // The last of these is never answered, or not well: that is the point.
    void (async () => {
      while (busy) await send(wire, rooms[n]!).catch(() => busy = false);
    })();
  }
  await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
  await kill();
  const at = performance.now();
  busy = false;
  for (const wire of wires) wire.close();
  return at;
}

/** Asks again and again on every shard until a send is accepted there. */
async function untilAllAck(server: Server, rooms: readonly Room[]): Promise<void> {
  await Promise.all(rooms.map(async (room) => {
    const wire = await Wire.open(server.ws, room.people[0]!.token);
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline;) {
      if (await send(wire, room) === "accepted") return wire.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`shard ${room.shard} takes nothing ${PATIENCE_MS / 1_000} s after a start`);
  }));
}

async function send(wire: Wire, { shard, discussion }: Room): Promise<string> {
  const input = { id: freshId("msg", shard), discussion, text: "still there?" };
  return (await wire.call<{ outcome: { kind: string } }>("mutation", "messages.send", input)).outcome.kind;
}
