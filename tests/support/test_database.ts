/** Fresh migrated databases for one test file, cloned from a template that is made once a run. @module */
import postgres from "postgres";
import { TEST_SERVERS } from "./postgres.ts";
import type { StorageConfig } from "@gatz/storage";
import { migrateTemplate, testStorageConfig } from "./template.ts";

export type TestServerName = "a" | "b";

/** Administrative connection URLs of PostgreSQL servers, whose databases tests may make and drop. */
export type TestServers = Readonly<Record<TestServerName, string>>;

export interface TestDatabaseOptions {
  /** How many shards; default 16. */
  readonly shards?: number;
  /** Over how many servers; default 2: the lower half of the shards on `a`, the upper half on `b`. */
  readonly servers?: 1 | 2;
  /** Default true. False: empty, for a program that migrates under secrets of its own. */
  readonly migrated?: boolean;
  /** Servers of the file's own, for tests that freeze or kill one; default those that the run shares. */
  readonly on?: TestServers;
}

export interface TestDatabase extends AsyncDisposable {
  /** The database with the directory; it holds the shards of `a` too. */
  readonly directoryUrl: string;
  /** The databases by server name; both the same if there is one server only. */
  readonly servers: TestServers;
  readonly shards: ReadonlyMap<number, TestServerName>;
  /** What `openStorage` takes, with any limits changed. */
  storageConfig(limits?: Partial<StorageConfig["limits"]>): StorageConfig;
  /** Ends what is still connected and removes the databases. */
  drop(): Promise<void>;
}

// One template at a time is made by all the processes of a run.
const TEMPLATE_LOCK = 7_301_001;

/** Databases of its own for a test (about 50 ms; the first of a run migrates the template). */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { shards = 16, servers = 2, migrated = true, on = sharedServers() } = options;
  const placed = placeShards(shards, servers);
  const template = migrated ? `gatz_tpl_${shards}_${servers}` : "template1";
  if (migrated) await ensureTemplate({ template, on, placed });
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const used = usedServers(placed, on);
  await Promise.all(
    used.map((url) => administer(url, (sql) => sql.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`))),
  );
  const urls = { a: databaseUrl(on.a, name), b: databaseUrl(servers === 1 ? on.a : on.b, name) };
  const plan = { directory: urls.a, servers: urls, shards: placed };
  const drop = async () => {
    await Promise.all(used.map((url) => administer(url, (sql) => sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`))));
  };
  return {
    directoryUrl: urls.a,
    ...{ servers: urls, shards: placed, drop },
    storageConfig: (limits) => testStorageConfig(plan, limits),
    [Symbol.asyncDispose]: drop,
  };
}

/** The two servers that `deno task test` started. */
export function sharedServers(): TestServers {
  const text = Deno.env.get(TEST_SERVERS);
  if (text === undefined) throw new Error(`${TEST_SERVERS} is not set: run deno task test`);
  const found = new Map(text.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
  const [a, b] = [found.get("a"), found.get("b")];
  if (a === undefined || b === undefined) throw new Error(`${TEST_SERVERS} must name the servers a and b`);
  return { a, b };
}

/** The same server, another database. */
export function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs statements on one connection of their own. */
export async function administer<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

interface Template {
  readonly template: string;
  readonly on: TestServers;
  readonly placed: ReadonlyMap<number, TestServerName>;
}

async function ensureTemplate({ template, on, placed }: Template): Promise<void> {
  await administer(on.a, async (sql) => {
    await sql`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`;
    // Marked as a template last, so one that was left half made is made again.
    const ready = await sql`SELECT 1 FROM pg_database WHERE datname = ${template} AND datistemplate`;
    if (ready.length > 0) return;
    const used = usedServers(placed, on);
    for (const url of used) {
      await administer(url, async (there) => {
        await there.unsafe(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
        await there.unsafe(`CREATE DATABASE ${template}`);
      });
    }
    await migrateTemplate({
      directory: databaseUrl(on.a, template),
      servers: { a: databaseUrl(on.a, template), b: databaseUrl(used.length === 1 ? on.a : on.b, template) },
      shards: placed,
    });
    await sql.unsafe(`ALTER DATABASE ${template} IS_TEMPLATE true`);
  });
}

function placeShards(shards: number, servers: 1 | 2): ReadonlyMap<number, TestServerName> {
  const onA = servers === 1 ? shards : Math.ceil(shards / 2);
  return new Map(Array.from({ length: shards }, (_, shard) => [shard, shard < onA ? "a" : "b"]));
}

function usedServers(placed: ReadonlyMap<number, TestServerName>, on: TestServers): string[] {
  // The directory is on `a`, whether shards are or not.
  return [...new Set(["a" as const, ...placed.values()])].map((name) => on[name]);
}
