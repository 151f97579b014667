/** After the storm: everybody comes to their end, effects arrive, feeds catch up, and everything is read once more. @module */
import type { AppPerson } from "./app/app_person.ts";
import { pause } from "./client/pause.ts";
import type { Person } from "./client/person.ts";
import type { History } from "./history/history.ts";
import type { Installation } from "./installation/installation.ts";

export interface Settling {
  readonly people: readonly Person[];
  readonly appPeople: readonly AppPerson[];
  /** The lives of both, over once each has its answers. */
  readonly living: readonly Promise<void>[];
  readonly installation: Installation;
  readonly history: History;
}

/** After so long in calm, what has not ended does not end. */
const PATIENCE_MS = 60_000;
/** More than two beats, so that the loss of a last frame is found too (LIVE4); and apps go on showing a mark that was told for eight seconds. */
const LISTEN_MS = 9_000;
const LOOK_EVERY_MS = 200;
/** One thing each, of a server that does nothing else. */
const LAST_WORD_MS = 20_000;
/** More than apps give themselves for it (app/shell.ts): they say themselves what has no end. */
const APPS_MS = 60_000;

export async function settle({ people, appPeople, living, installation, history }: Settling): Promise<void> {
  const unfinished = (what: string) => void history.note({ k: "unfinished", what });
  const all = [...people, ...appPeople];
  for (const i of await without(living, PATIENCE_MS)) unfinished(`${all[i]?.user} waits for an outcome`);
  const left = people.filter((person) => !person.isEnded);
  const words = left.map((person) => person.lastWord());
  for (const i of await without(words, LAST_WORD_MS)) unfinished(`${left[i]?.user} is not served`);
  const apps = async (what: "rest" | "tell") => {
    const asked = appPeople.map(async (person) => {
      if (!await person.ask(what)) unfinished(`an app of ${person.user} has ended`);
    });
    for (const i of await without(asked, APPS_MS)) unfinished(`an app of ${appPeople[i]?.user} does not ${what}`);
  };
  await apps("rest");
  for (const person of appPeople) person.markLast();
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until && await undelivered(installation) > 0) await pause(LOOK_EVERY_MS);
  await pause(LISTEN_MS);
  const streams = people[0]?.town.discussions.map(({ id }) => id) ?? [];
  history.note({ k: "calm" });
  await Promise.all([
    apps("tell"),
    ...left.map(async (person) => {
      if (!await person.listAll()) unfinished(`${person.user} gets no list`);
      const unread = await person.readAll(streams, until);
      if (unread !== null) unfinished(`${person.user} can't read ${unread}`);
    }),
  ]);
  history.note({
    k: "settled",
    devices: left.map((person) => person.device.name),
    apps: appPeople.flatMap((person) => person.names),
  });
}

/** Which of some works have no end in time. One that fails fails all. */
export async function without(works: readonly Promise<void>[], ms: number): Promise<readonly number[]> {
  const open = new Set(works.keys());
  const over = new AbortController();
  const ends = works.map((work, i) => work.then(() => void open.delete(i)));
  await Promise.race([Promise.all(ends), pause(ms, over.signal)]);
  over.abort();
  return [...open];
}

/** Effects that wait in the outboxes (SHARD3). */
async function undelivered({ databases }: Installation): Promise<number> {
  const counts = await Promise.all(databases.map((database) =>
    database.administer(async (sql) => {
      const schemas = await sql<{ name: string }[]>`
        SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^gatz_s[0-9]{4}$'`;
      let waiting = 0;
      for (const { name } of schemas) {
        const [outbox] = await sql<{ waiting: string }[]>`
          SELECT count(*) AS waiting FROM ${sql(name)}.outbox WHERE code IS NULL`;
        waiting += Number(outbox!.waiting);
      }
      return waiting;
    })
  ));
  return counts.reduce((sum, count) => sum + count, 0);
}
