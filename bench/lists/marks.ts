import postgres from "postgres";
import { type Database, startDatabase, startServer } from "../environment.ts";
import { closedLoop } from "../pace.ts";
import { makeRooms, type Room } from "../rooms.ts";
import { compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { Wire } from "../wire.ts";

const READERS = 64;
const WARM_UP_MS = 1_000;

/** Read marks a second of 64 people, each set and answered before the next, against as many clients who each upsert a row of one table. */
export async function markRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const rooms = await makeRooms(server, { rooms: 16, size: READERS / 16 });
  const readers = await Promise.all(
    rooms.flatMap((room) => room.people.map((person) => reader(server.ws, room, person))),
  );
  const values: number[] = [];
  const plain: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    values.push(await perSecond(plan, (n) => readers[n]!.mark()));
    plain.push(await plainMarks(database, plan));
  }
  for (const { wire } of readers) wire.close();
  return [
    compared({
      name: "marks/64",
      unit: "marks/s",
      values,
      against: { name: "upserts", values: plain },
      wanted: { atLeast: 0.5 },
    }),
  ];
}

async function reader(ws: string, { discussion }: Room, { token }: Room["people"][number]) {
  const wire = await Wire.open(ws, token);
  // Each mark is newer than the one before, so each is written.
  let isRead = true;
  const mark = async () => {
    isRead = !isRead;
    const [path, seq] = isRead ? ["reads.mark", 1] : ["reads.markUnread", 0];
    const answer = await wire.call<{ mark: { seq: number } }>("mutation", path, { discussion, seq });
    if (answer.mark.seq !== seq) throw new Error(`marked: ${JSON.stringify(answer)}`);
  };
  return { wire, mark };
}

async function perSecond(plan: Plan, call: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now() + WARM_UP_MS;
  const end = start + plan.seconds * 1_000;
  let done = 0;
  await closedLoop({ start, end }, READERS, async (n) => {
    await call(n);
    const now = performance.now();
    if (now >= start && now < end) done++;
  });
  return done / plan.seconds;
}

async function plainMarks(database: Database, plan: Plan): Promise<number> {
  const sql = postgres(database.url, { max: READERS, onnotice: () => {} });
  await sql.unsafe(`create schema if not exists plain; create table if not exists plain.marks (
    "user" int, discussion int, epoch int not null, seq int not null, primary key ("user", discussion))`);
  let seq = 0;
  const marked = await perSecond(plan, async (n) => {
    await sql`insert into plain.marks as mine values (${n}, 1, 0, ${++seq})
      on conflict ("user", discussion) do update set epoch = excluded.epoch, seq = excluded.seq
      where (mine.epoch, mine.seq) < (excluded.epoch, excluded.seq)`;
  });
  await sql.end();
  return marked;
}
