import { settled, startDatabase, startServer } from "./environment.ts";
import { makeRooms } from "./rooms.ts";
import { absolute, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { Wire } from "./wire.ts";

const SOCKETS = 2_000;
const ROOM = 25;
/** Sockets of a first round, so that what the server makes once is not counted to each. */
const FIRST = 100;
const AT_ONCE = 20;
const QUIET_MS = 5_000;

/**
 * What 2,000 people cost who follow by feed while nothing happens: growth of the server's resident memory ÷ sockets. The people are made by
 * another server process, so that the one measured has no garbage of theirs that it could use again.
 */
export async function memoryRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  const tokens = await (async () => {
    await using server = await startServer(database);
    const rooms = await makeRooms(server, { rooms: SOCKETS / ROOM, size: ROOM });
    await settled(database);
    return rooms.flatMap(({ people }) => people.map(({ token }) => token));
  })();
  const values: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    await using server = await startServer(database);
    const first = await follow(server.ws, tokens.slice(0, FIRST));
    await quiet();
    const before = await residentBytes(server.process.pid);
    const idle = await follow(server.ws, tokens);
    await quiet();
    values.push((await residentBytes(server.process.pid) - before) / SOCKETS / 1_000);
    for (const wire of [...first, ...idle]) wire.close();
  }
  return [absolute({ name: "connection-memory", unit: "kB", values, wanted: { atMost: 15 } })];
}

/** A socket and a live feed for each, some at a time. */
async function follow(ws: string, tokens: readonly string[]): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (let at = 0; at < tokens.length; at += AT_ONCE) {
    wires.push(...await Promise.all(tokens.slice(at, at + AT_ONCE).map((token) => followLive(ws, token))));
  }
  return wires;
}

async function followLive(ws: string, token: string): Promise<Wire> {
  const wire = await Wire.open(ws, token);
  const live = Promise.withResolvers<void>();
  await wire.follow({}, (item) => item.type === "live" && live.resolve());
  await live.promise;
  return wire;
}

function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}

async function residentBytes(pid: number): Promise<number> {
  // Through a program, which may read what this process may not.
  const { stdout } = await new Deno.Command("grep", { args: ["VmRSS:", `/proc/${pid}/status`] }).output();
  const kB = /(\d+) kB/.exec(new TextDecoder().decode(stdout))?.[1];
  if (kB === undefined) throw new Error(`no resident memory of process ${pid}: this is measured on Linux only`);
  return Number(kB) * 1_024;
}
