import type { EmbeddedPostgres } from "@gatz/storage/embedded";
import { startDatabase, startServer } from "./environment.ts";
import { openLoop } from "./pace.ts";
import { accepted, freshId, makeRooms, type Room } from "./rooms.ts";
import { compared, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { quantile } from "./stats.ts";
import { Wire } from "./wire.ts";

/** Sends a second to the shards of each server. */
const RATE = 200;
const WARM_UP_MS = 3_000;
/** A stopped server's shards are well again within so many. */
const RECOVERY_MS = 30_000;
const TURNS = 3;

interface Scene {
  /** Who talks on shards that go on, and who on those of the server that is stopped. */
  readonly here: readonly Talk[];
  readonly there: readonly Talk[];
}

interface Talk {
  readonly room: Room;
  readonly wire: Wire;
}

/**
 * Half of the shards are on a PostgreSQL server that is stopped (SIGSTOP: it answers nothing and refuses nothing) while people go on sending to
 * all: p99 from send to ack on the other half, from the moment of the stop on, against the same while all is well.
 */
export async function isolationRows(plan: Plan): Promise<Row[]> {
  await using a = await startDatabase();
  await using b = await startDatabase();
  await using server = await startServer(a, { env: { GATZ_SERVERS: `a=${a.url},b=${b.url}` } });
  const rooms = await makeRooms(server, { rooms: server.shards, size: 4 });
  const talks = await Promise.all(
    rooms.flatMap((room) =>
      room.people.map(async ({ token }): Promise<Talk> => ({ room, wire: await Wire.open(server.ws, token) }))
    ),
  );
  const half = server.shards / 2;
  const here = talks.filter(({ room }) => room.shard < half);
  const there = talks.filter(({ room }) => room.shard >= half);
  const scene = { here, there };
  await load(scene, { ms: WARM_UP_MS });
  const calm: number[] = [];
  const stopped: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    const took = { calm: [] as number[], stopped: [] as number[] };
    for (let turn = 0; turn < TURNS; turn++) {
      took.calm.push(...await load(scene, { ms: plan.seconds * 1_000 }));
      took.stopped.push(...await load(scene, { ms: plan.seconds * 1_000, stopped: b.postgres }));
      await recovered(server.http);
    }
    calm.push(quantile(took.calm, 0.99));
    stopped.push(quantile(took.stopped, 0.99));
  }
  for (const { wire } of talks) wire.close();
  return [
    compared({
      name: "isolation",
      unit: "ms",
      values: stopped,
      against: { name: "calm p99", values: calm },
      wanted: { atMost: 1.2 },
    }),
  ];
}

/** Milliseconds of each send `here`; with `stopped`, that server is stopped meanwhile, and what is sent `there` ends as it may. */
async function load(
  { here, there }: Scene,
  { ms, stopped }: { ms: number; stopped?: EmbeddedPostgres },
): Promise<number[]> {
  const start = performance.now();
  const span = { start, end: start + ms };
  const took: number[] = [];
  await stopped?.pause();
  const others = openLoop(span, RATE, async (n) => {
    const outcome = await send(there[n % there.length]!);
    if (stopped === undefined) accepted({ outcome });
  });
  try {
    await openLoop(span, RATE, async (n) => {
      const from = performance.now();
      accepted({ outcome: await send(here[n % here.length]!) });
      took.push(performance.now() - from);
    });
  } finally {
    await stopped?.resume();
  }
  await others;
  return took;
}

async function send({ room, wire }: Talk): Promise<{ kind: string }> {
  const input = { id: freshId("msg", room.shard), discussion: room.discussion, text: "x".repeat(70) };
  return (await wire.call<{ outcome: { kind: string } }>("mutation", "messages.send", input)).outcome;
}

async function recovered(http: string): Promise<void> {
  for (const deadline = performance.now() + RECOVERY_MS; performance.now() < deadline;) {
    const response = await fetch(`${http}/health?strict`);
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`shards are not well ${RECOVERY_MS / 1_000} s after their server goes on`);
}
