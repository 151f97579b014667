import { type Server, settled, SHARDS, startDatabase, startServer } from "./environment.ts";
import { accepted, freshId, makeDiscussion, makeRoom, type Person, type Room, signUp } from "./rooms.ts";
import { compared, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { median } from "./stats.ts";
import { Wire } from "./wire.ts";

const DISCUSSIONS = 1_000;
const CHANGED = 3;

interface Scene {
  readonly ws: string;
  readonly busy: Person;
  readonly calm: Person;
  /** Where something is said between a cut and its resume: both are in these. */
  readonly changed: readonly Room[];
  /** On every shard, where others talk meanwhile. */
  readonly elsewhere: readonly Room[];
}

/**
 * From asking for a feed by its cursor to the end of what was missed, `live`: for who is in 1,000 discussions over all shards, and for who is in 3.
 * The same 3 discussions changed meanwhile, on 3 shards: in an installation where nothing else happened, and in one where others talked on every shard.
 */
export async function resumeRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const scene = await makeScene(server);
  await settled(database);
  const quiet = { ...scene, elsewhere: [] };
  await measure(scene, 20);
  await measure(quiet, 20);
  const rows: Row[] = [];
  for (const [name, where] of [["", quiet], [" among others", scene]] as const) {
    const measured = { busy: [] as number[], calm: [] as number[] };
    for (let n = 0; n < plan.repetitions; n++) {
      const took = await measure(where, plan.seconds * 20);
      measured.busy.push(median(took.busy));
      measured.calm.push(median(took.calm));
    }
    rows.push(compared({
      name: `resume/${DISCUSSIONS}${name}`,
      unit: "ms",
      values: measured.busy,
      against: { name: `a user in ${CHANGED}`, values: measured.calm },
      wanted: { atMost: 1.5 },
    }));
  }
  return rows;
}

async function makeScene({ http, ws }: Server): Promise<Scene> {
  const [busy, calm] = await Promise.all([signUp(http, 1), signUp(http, 1)]);
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const changed = await Promise.all(
    shards.slice(-CHANGED).map(async (shard) => await makeRoom(ws, [await signUp(http, shard), busy, calm])),
  );
  await Promise.all(shards.map(async (shard) => {
    const room = await makeRoom(ws, [await signUp(http, shard), busy]);
    const more = Math.ceil((DISCUSSIONS - CHANGED) / SHARDS) - 1;
    for (let n = 0; n < more; n++) await makeDiscussion(ws, room);
  }));
  const elsewhere = await Promise.all(shards.map(async (shard) => await makeRoom(ws, [await signUp(http, shard)])));
  return { ws, busy, calm, changed, elsewhere };
}

async function measure(
  { ws, busy, calm, changed, elsewhere }: Scene,
  times: number,
): Promise<{ busy: number[]; calm: number[] }> {
  const took = { busy: [] as number[], calm: [] as number[] };
  const speakers = await Promise.all(
    [...changed, ...elsewhere].map(async (room) => ({ room, wire: await Wire.open(ws, room.people[0]!.token) })),
  );
  for (let n = 0; n < times; n++) {
    const readers = await Promise.all([cutNow(ws, busy), cutNow(ws, calm)]);
    await Promise.all(speakers.map(async ({ room, wire }) => {
      const input = { id: freshId("msg", room.shard), discussion: room.discussion, text: "while you were away" };
      accepted(await wire.call("mutation", "messages.send", input));
    }));
    for (const [reader, times] of [[readers[0], took.busy], [readers[1], took.calm]] as const) {
      times.push(await resumed(reader));
      reader.wire.close();
    }
  }
  for (const { wire } of speakers) wire.close();
  return took;
}

interface Reader {
  readonly wire: Wire;
  readonly cursor: string;
}

/** As one who was cut off a moment ago, and has connected again. */
async function cutNow(ws: string, { token }: Person): Promise<Reader> {
  const wire = await Wire.open(ws, token);
  const { asOf } = await wire.call<{ asOf: string }>("query", "discussions.byUser", { limit: 1 });
  return { wire, cursor: asOf };
}

/** Milliseconds until all that was missed has come. */
async function resumed({ wire, cursor }: Reader): Promise<number> {
  const live = Promise.withResolvers<void>();
  let events = 0;
  const from = performance.now();
  await wire.follow({ cursor }, (item) => {
    if (item.type === "event") events++;
    else if (item.type === "live") live.resolve();
  });
  await live.promise;
  const took = performance.now() - from;
  if (events !== CHANGED) throw new Error(`${events} events were missed, not ${CHANGED}`);
  return took;
}
