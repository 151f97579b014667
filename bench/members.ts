import { settled, startDatabase, startServer } from "./environment.ts";
import { closedLoop } from "./pace.ts";
import { accepted, freshId, makeRooms, type Room } from "./rooms.ts";
import { compared, type Row } from "./row.ts";
import type { Plan } from "./section.ts";
import { Wire } from "./wire.ts";

const MANY = 1_000;
const FEW = 25;
const SENDERS = 16;
const TEXT = "x".repeat(70);
/** A turn of one room, short, so that drift hits both alike. */
const TURN_MS = 500;

interface Talk {
  readonly room: Room;
  readonly senders: readonly Wire[];
}

/** What a send costs in a discussion of 1,000 people and of 25: milliseconds a send of 16 senders, nobody following. */
export async function memberRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const few = await talk(server.ws, (await makeRooms(server, { rooms: 1, size: FEW }))[0]!);
  const many = await talk(server.ws, (await makeRooms(server, { rooms: 1, size: MANY }))[0]!);
  await settled(database);
  await costs({ few, many }, 2_000);
  const measured = { few: [] as number[], many: [] as number[] };
  for (let n = 0; n < plan.repetitions; n++) {
    const cost = await costs({ few, many }, plan.seconds * 1_000);
    measured.few.push(cost.few);
    measured.many.push(cost.many);
  }
  for (const wire of [...few.senders, ...many.senders]) wire.close();
  return [
    compared({
      name: "append/1000-members",
      unit: "ms",
      values: measured.many,
      against: { name: "25 members", values: measured.few },
      wanted: { atMost: 1.3 },
    }),
  ];
}

async function talk(ws: string, room: Room): Promise<Talk> {
  return { room, senders: await Promise.all(room.people.slice(0, SENDERS).map(({ token }) => Wire.open(ws, token))) };
}

/** Milliseconds a send in each of two rooms, which take turns. */
async function costs(
  { few, many }: { few: Talk; many: Talk },
  forMs: number,
): Promise<{ few: number; many: number }> {
  const spent = { few: { ms: 0, sends: 0 }, many: { ms: 0, sends: 0 } };
  for (const end = performance.now() + forMs; performance.now() < end;) {
    for (const [talk, sum] of [[few, spent.few], [many, spent.many]] as const) {
      const start = performance.now();
      sum.sends += await sendFor(talk, { start, end: start + TURN_MS });
      sum.ms += performance.now() - start;
    }
  }
  return { few: spent.few.ms / spent.few.sends, many: spent.many.ms / spent.many.sends };
}

async function sendFor({ room, senders }: Talk, span: { start: number; end: number }): Promise<number> {
  let sends = 0;
  await closedLoop(span, senders.length, async (n) => {
    const id = freshId("msg", room.shard);
    accepted(await senders[n]!.call("mutation", "messages.send", { id, discussion: room.discussion, text: TEXT }));
    sends++;
  });
  return sends;
}
