/** What `deno task bench` measures, in this order. @module */
import { appendRows } from "./append.ts";
import { diskRows } from "./disk.ts";
import { devStartRows } from "./dev_start.ts";
import { startDatabase, startServer } from "./environment.ts";
import { fanoutEngineRows } from "./fanout_engine.ts";
import { fanoutRoomRows } from "./fanout_rooms.ts";
import { foldRows } from "./fold.ts";
import { memberRows } from "./members.ts";
import { memoryRows } from "./memory.ts";
import { reactionRows } from "./reactions.ts";
import type { Row } from "./row.ts";
import type { Plan, Section } from "./section.ts";

export const SECTIONS: readonly Section[] = [
  {
    name: "append",
    about: "sends through the whole server, against inserts by hand",
    run: (plan) => onServer((target) => appendRows(target, plan)),
  },
  { name: "members", about: "sends among 1,000 people, against 25", run: memberRows },
  { name: "reactions", about: "the 2,000th reaction on a message, against the first", run: reactionRows },
  { name: "fanout", about: "feeds, against a raw broadcast", run: fanoutRows },
  {
    name: "disk",
    about: "the sample chat, replayed",
    run: (plan) => onServer((target) => diskRows(target, plan)),
  },
  { name: "fold", about: "the sample chat, replayed and folded", run: foldRows },
  { name: "memory", about: "2,000 idle sockets, each with a feed", run: memoryRows },
  { name: "dev", about: "from nothing to a running server", run: devStartRows },
];

/** Those named in `only`, separated by commas, or all; null if a name is none of a section. */
export function chooseSections(only: string | undefined): readonly Section[] | null {
  if (only === undefined) return SECTIONS;
  const names = only.split(",").map((name) => name.trim());
  const chosen = SECTIONS.filter(({ name }) => names.includes(name));
  return chosen.length === new Set(names).size ? chosen : null;
}

async function fanoutRows(plan: Plan): Promise<Row[]> {
  const { rows, raw } = await fanoutEngineRows(plan);
  return [...rows, ...await onServer(({ server }) => fanoutRoomRows(server, { ...plan, raw }))];
}

type OnServer = {
  readonly database: Awaited<ReturnType<typeof startDatabase>>;
  readonly server: Awaited<ReturnType<typeof startServer>>;
};

async function onServer(measure: (on: OnServer) => Promise<Row[]>): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  return await measure({ database, server });
}
