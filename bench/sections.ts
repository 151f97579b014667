/** What `deno task bench` measures, in this order. @module */
import { appendRows } from "./append.ts";
import { coldStartRows } from "./client/cold_start.ts";
import { diskRows } from "./disk.ts";
import { devStartRows } from "./dev_start.ts";
import { redrawRows } from "./client/redraw.ts";
import { searchRows } from "./client/search.ts";
import { startDatabase, startServer } from "./environment.ts";
import { fanoutEngineRows } from "./fanout_engine.ts";
import { fanoutRoomRows } from "./fanout_rooms.ts";
import { foldRows } from "./fold.ts";
import { atRows } from "./history/at.ts";
import { backupRows } from "./history/backup.ts";
import { openRows } from "./history/open.ts";
import { isolationRows } from "./isolation.ts";
import { restartRows } from "./history/restart.ts";
import { listRows } from "./lists/lists.ts";
import { markRows } from "./lists/marks.ts";
import { purgeRows } from "./lists/purge.ts";
import { unreadRows } from "./lists/unread.ts";
import { memberRows } from "./members.ts";
import { memoryRows } from "./memory.ts";
import { reactionRows } from "./reactions.ts";
import { resumeRows } from "./resume.ts";
import type { Row } from "./row.ts";
import type { Plan, Section } from "./section.ts";

export const SECTIONS: readonly Section[] = [
  {
    name: "append",
    about: "sends through the whole server, against inserts by hand",
    measure: ({ plan }) => onServer((target) => appendRows(target, plan)),
  },
  { name: "members", about: "sends among 1,000 people, against 25", measure: ({ plan }) => memberRows(plan) },
  {
    name: "reactions",
    about: "the 2,000th reaction on a message, against the first",
    measure: ({ plan }) => reactionRows(plan),
  },
  { name: "fanout", about: "feeds, against a raw broadcast", measure: ({ plan }) => fanoutRows(plan) },
  {
    name: "disk",
    about: "the sample chat, replayed",
    measure: ({ plan }) => onServer((target) => diskRows(target, plan)),
  },
  { name: "fold", about: "the sample chat, replayed and folded", measure: ({ plan }) => foldRows(plan) },
  {
    name: "client",
    about: "what a client does by itself: redrawing a long discussion, searching what is stored",
    measure: async ({ plan }) => [...redrawRows(plan), ...await searchRows(plan)],
  },
  {
    name: "open",
    about: "pages of a discussion of 100,000 events",
    measure: async (run) => openRows(run.plan, await run.history()),
  },
  {
    name: "resume",
    about: "a feed goes on from its cursor, in 1,000 discussions and in 3",
    measure: ({ plan }) => resumeRows(plan),
  },
  {
    name: "lists",
    about: "the first page of who is in 10,000 discussions, and of who is in 100, after a restart",
    measure: ({ plan }) => listRows(plan),
  },
  {
    name: "cold-start",
    about: "an app starts on its store, of who is in 1,000 discussions and of who is in 10, near and far",
    measure: ({ plan }) => coldStartRows(plan),
  },
  {
    name: "unread",
    about: "a list with what is unread behind 10,000 reactions",
    measure: ({ plan }) => unreadRows(plan),
  },
  { name: "marks", about: "read marks of 64 people, against upserts by hand", measure: ({ plan }) => markRows(plan) },
  { name: "purge", about: "10,000 messages, purged by one mark", measure: ({ plan }) => purgeRows(plan) },
  {
    name: "at",
    about: "a discussion as it was, at 100,000 events",
    measure: async (run) => atRows(run.plan, await run.history()),
  },
  {
    name: "backup",
    about: "backup of a big log, and restore into an empty database",
    measure: async (run) => backupRows(run.plan, await run.history()),
  },
  {
    name: "restart",
    about: "kill -9 of the server and of PostgreSQL on a big log",
    measure: async (run) => restartRows(run.plan, await run.history()),
  },
  {
    name: "isolation",
    about: "sends on other shards while a PostgreSQL server is stopped",
    measure: ({ plan }) => isolationRows(plan),
  },
  { name: "memory", about: "2,000 idle sockets, each with a feed", measure: ({ plan }) => memoryRows(plan) },
  { name: "dev", about: "from nothing to a running server", measure: ({ plan }) => devStartRows(plan) },
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
