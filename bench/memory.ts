import { startChild } from "./child.ts";
import { settled, startDatabase, startServer } from "./environment.ts";
import { makeRooms } from "./rooms.ts";
import { absolute, compared, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { Wire } from "./wire.ts";

const RAW_SOCKETS = new URL("./yardsticks/raw_sockets.ts", import.meta.url);
/** No bound is given for this one: it is ours. */
const TO_RAW = 2;
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
  const raw: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    {
      await using server = await startServer(database);
      const followAll = (some: readonly string[]) => someAtATime(some, (token) => followLive(server.ws, token));
      values.push(await growthASocket(server.process.pid, { tokens, open: followAll }));
    }
    await using bare = await startChild<{ ws: string }>(RAW_SOCKETS, { args: [] });
    const openAll = (some: readonly string[]) => someAtATime(some, (token) => openBare(bare.ready.ws, token));
    raw.push(await growthASocket(bare.pid, { tokens, open: openAll }));
  }
  const against = { name: "raw socket", values: raw };
  return [
    absolute({ name: "connection-memory", unit: "kB", values, wanted: { atMost: 15 } }),
    compared({ name: "connection-memory vs raw", unit: "kB", values, against, wanted: { atMost: TO_RAW } }),
  ];
}

interface Socket {
  close(): void;
}

/** Kilobytes of a process for each socket that it holds, once all is quiet. */
async function growthASocket(
  pid: number,
  { tokens, open }: { tokens: readonly string[]; open: (some: readonly string[]) => Promise<Socket[]> },
): Promise<number> {
  const first = await open(tokens.slice(0, FIRST));
  await quiet();
  const before = await residentBytes(pid);
  const idle = await open(tokens);
  await quiet();
  const growth = await residentBytes(pid) - before;
  for (const socket of [...first, ...idle]) socket.close();
  return growth / SOCKETS / 1_000;
}

async function someAtATime(tokens: readonly string[], open: (token: string) => Promise<Socket>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let at = 0; at < tokens.length; at += AT_ONCE) {
    sockets.push(...await Promise.all(tokens.slice(at, at + AT_ONCE).map(open)));
  }
  return sockets;
}

/** A socket that has been used once, as those of feeds have. */
async function openBare(ws: string, said: string): Promise<WebSocket> {
  const socket = new WebSocket(ws);
  const heard = new Promise((resolve, reject) => {
    socket.addEventListener("message", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error(`no connection to ${ws}`)), { once: true });
  });
  socket.addEventListener("open", () => socket.send(said), { once: true });
  await heard;
  return socket;
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
