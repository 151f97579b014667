/** `deno task bench [--quick] [--json] [--only name]`: figures of gatz, each with its yardstick measured in the same run. @module */
import { parseArgs } from "node:util";
import { appendRows } from "./append.ts";
import { diskRows } from "./disk.ts";
import { startDatabase, startServer } from "./environment.ts";
import { fanoutEngineRows } from "./fanout_engine.ts";
import { fanoutRoomRows } from "./fanout_rooms.ts";
import { type Row, table } from "./row.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const FULL = { repetitions: 3, seconds: 8, events: 4_000, replays: 12 };
const QUICK = { repetitions: 1, seconds: 3, events: 1_000, replays: 2 };
const plan = flags.quick ? QUICK : FULL;
const wants = (section: string) => flags.only === undefined || flags.only === section;
const say = (text: string) => console.error(text);

const rows: Row[] = [];
if (wants("append")) {
  say("append: sends through the whole server, against inserts by hand");
  await using database = await startDatabase();
  await using server = await startServer(database);
  rows.push(...await appendRows({ database, server }, plan));
}
if (wants("fanout")) {
  say("fan-out: feeds, against a raw broadcast");
  const engine = await fanoutEngineRows(plan);
  await using database = await startDatabase();
  await using server = await startServer(database);
  rows.push(...engine.rows, ...await fanoutRoomRows(server, { ...plan, raw: engine.raw }));
}
if (wants("disk")) {
  say("disk: the sample chat, replayed");
  await using database = await startDatabase();
  await using server = await startServer(database);
  rows.push(...await diskRows({ database, server }, plan));
}
console.log(flags.json ? JSON.stringify(rows, null, 2) : table(rows));
Deno.exit(0);
