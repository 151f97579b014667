/** Faults of PostgreSQL. @module */
import postgres from "postgres";
import type { Chance } from "../../replay/plan/random.ts";
import { pause } from "../client/pause.ts";
import { type Database, isTooMany } from "../installation/database.ts";
import { shell } from "../installation/shell.ts";
import { between, type Fault } from "./fault.ts";

export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: "kill-postgres",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      await database.kill();
      await pause(between(chance, 0, 2_000));
      await database.answers();
      return database.name;
    },
  },
  {
    name: "freeze-postgres",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const ms = between(chance, 300, 7_000);
      await database.pause();
      await pause(ms);
      await database.resume();
      return `${database.name} for ${ms} ms`;
    },
  },
  {
    // One is killed, and PostgreSQL starts all of them anew.
    name: "kill-backend",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const pids = await backends(database);
      if (pids.length > 0) await shell(["kill", "-KILL", String(chance.pick(pids))]);
      await database.answers();
      return database.name;
    },
  },
  {
    name: "terminate-backends",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const times = 1 + chance.below(6);
      for (let i = 0; i < times; i++) {
        await database.administer((sql) =>
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < ${chance.below(10) / 10}`
        );
        await pause(between(chance, 5, 400));
      }
      return `${database.name}, ${times} times`;
    },
  },
  {
    name: "full-disk",
    lane: "database",
    impossible: ({ databases }) =>
      databases.some(({ disk }) => disk === undefined)
        ? "no disk of its own can be mounted: that takes root"
        : undefined,
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const ms = between(chance, 500, 4_000);
      await database.disk?.fill();
      await pause(ms);
      await database.disk?.free();
      await database.answers();
      return `${database.name} for ${ms} ms`;
    },
  },
  {
    name: "hold-connections",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const ms = between(chance, 500, 4_000);
      const held = await holdConnections(database, { ms, chance });
      return `${held} of ${database.name} for ${ms} ms`;
    },
  },
  {
    name: "hold-locks",
    lane: "database",
    run: async ({ installation, chance }) => {
      const database = chance.pick(installation.databases);
      const ms = between(chance, 200, 7_000);
      const names = await holdFences(database, { ms, chance });
      return `${names.length} fences of ${database.name} for ${ms} ms`;
    },
  },
];

async function backends(database: Database): Promise<number[]> {
  return await database.administer(async (sql) => {
    const rows = await sql<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    return rows.map(({ pid }) => pid);
  });
}

/** Takes every connection that there is, after throwing some of the servers out; resolves with how many. */
async function holdConnections(database: Database, { ms, chance }: Hold): Promise<number> {
  const held: postgres.Sql[] = [];
  const out = chance.below(8) / 10;
  await database.administer((sql) =>
    sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < ${out}`
  );
  try {
    for (;;) {
      const one = postgres(database.url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
      held.push(one);
      await one`SELECT 1`;
    }
  } catch (error) {
    if (!isTooMany(error)) throw error;
    await pause(ms);
    return held.length - 1;
  } finally {
    await Promise.all(held.map((one) => one.end({ timeout: 1 })));
  }
}

/** A session of somebody else's locks fences and thinks about it. */
async function holdFences(database: Database, { ms, chance }: Hold): Promise<readonly string[]> {
  return await database.administer(async (sql) => {
    const schemas = await sql<{ name: string }[]>`
      SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^gatz_s[0-9]{4}$' ORDER BY 1`;
    const names = chance.some(schemas.map(({ name }) => name), 1 + chance.below(schemas.length));
    await sql.begin(async (holding) => {
      await holding`SET LOCAL lock_timeout = '5s'`;
      for (const name of names) await holding`SELECT position FROM ${holding(name)}.fence FOR UPDATE`;
      await pause(ms);
    }).catch((error) => {
      // Not to get a lock is a server's right, and so is ending a session that holds one.
      if (!(error instanceof postgres.PostgresError)) throw error;
    });
    return names;
  });
}

interface Hold {
  readonly ms: number;
  readonly chance: Chance;
}
