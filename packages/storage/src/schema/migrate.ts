/** Brings the directory and every shard to the present schema. @module */
import { type ShardNumber, shardNumber } from "@gatz/domain";
import { Kysely } from "kysely";
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from "kysely/migration";
import { PostgresJSDialect } from "kysely-postgres-js";
import { MigrationLocked, type ServerName, type StorageConfig, StorageMisconfigured } from "../contract.ts";
import { isConnectionError, isShortage, LaneLost, sqlState } from "../postgres/errors.ts";
import { installGuard } from "../postgres/guard.ts";
import { openClient, type SessionSettings, type Sql } from "../postgres/sql_client.ts";
import { digestKeyCheck, requireDigestKey } from "./digest_key.ts";
import { directoryMigrations } from "./directory_migrations.ts";
import { DIRECTORY_SCHEMA, type SchemaName, shardSchema } from "./names.ts";
import { refoldStale, staleShards } from "./refold_stale.ts";
import { SHARD_MIGRATIONS } from "./shard_migrations.ts";

// Whoever migrates a database holds this advisory lock there; the writers' locks have another first key.
const MIGRATION_LOCK = [0x6761747a, -1] as const;
// How long a server may take to accept a connection.
const CONNECT_MS = 3_000;
// As long as a new schema takes on a slow disk, several times. Folding all of a large log anew takes longer: who starts meanwhile is told so.
const LOCK_MS = 30_000;
const LOCK_NOT_AVAILABLE = "55P03";
const LOSS_MS = 100;

export interface MigrateOptions {
  /** Milliseconds to wait for somebody else who migrates. Default 30,000. */
  readonly lockMs?: number;
}

/**
 * Makes the directory, records where shards live that its map does not know yet (SHARD1), and makes or upgrades every shard's tables.
 * Many may migrate at once: they take turns. Throws {@link StorageMisconfigured}, {@link MigrationLocked}, and what Postgres answers.
 * @returns the servers that did not answer, took nobody more, or that somebody else has been migrating for too long: `openStorage` is told of
 * them, and migrates each when it can be (SHARD2)
 */
export async function migrate(
  config: StorageConfig,
  { lockMs = LOCK_MS }: MigrateOptions = {},
): Promise<ReadonlySet<ServerName>> {
  installGuard();
  const { map, isRestoring } = await migrateDirectory(config, { lockMs });
  const byServer = Map.groupBy(map.keys(), (shard) => map.get(shard)!); // its own keys
  const silent = await Promise.all([...byServer].map(async ([server, shards]) => {
    try {
      await migrateShards(config, { server, shards, isRestoring, lockMs });
      return [];
    } catch (error) {
      if (isConnectionError(error) || isShortage(error) || error instanceof MigrationLocked) return [server];
      throw error;
    }
  }));
  return new Set(silent.flat());
}

async function migrateDirectory(
  config: StorageConfig,
  { lockMs }: { lockMs: number },
): Promise<{ map: Map<ShardNumber, ServerName>; isRestoring: boolean }> {
  return await locked({ url: config.directory, lockMs }, async (sql) => {
    const migrations = directoryMigrations(digestKeyCheck(config.digestKey));
    await migrateSchema(config.directory, { schema: DIRECTORY_SCHEMA, migrations });
    const here = sql(DIRECTORY_SCHEMA);
    const [life] = await sql<{ check: Uint8Array; restoring: string | null }[]>`
      select digest_key_check as check, restoring from ${here}.installation`;
    requireDigestKey(config.digestKey, life!.check); // made with the table
    const known = await sql<{ shard: number; server: string }[]>`select shard, server from ${here}.shards`;
    const map = new Map(known.map(({ shard, server }) => [shardNumber(shard), server]));
    if (map.size > config.shards) {
      throw new StorageMisconfigured(
        "shards",
        `there are ${map.size} shards, and never fewer than before: ${config.shards} are configured`,
      );
    }
    for (let n = 0; n < config.shards; n++) {
      const shard = shardNumber(n);
      if (map.has(shard)) continue;
      const server = config.place(shard);
      // Before the map says so for ever.
      if (config.servers[server] === undefined) throw unknownServer(server);
      await sql`insert into ${here}.shards (shard, server) values (${n}, ${server})`;
      map.set(shard, server);
    }
    return { map, isRestoring: life!.restoring !== null }; // likewise
  });
}

/** Makes or upgrades the tables of shards that live on one server. */
export async function migrateShards(
  config: StorageConfig,
  { server, shards, isRestoring = false, lockMs = LOCK_MS }: {
    server: ServerName;
    shards: readonly ShardNumber[];
    isRestoring?: boolean;
    lockMs?: number;
  },
): Promise<void> {
  const url = config.servers[server];
  if (url === undefined) throw unknownServer(server);
  await locked({ url, lockMs }, async (sql) => {
    const current = await schemasAt(sql, lastOf(SHARD_MIGRATIONS));
    for (const schema of shards.map(shardSchema)) {
      if (!current.has(schema)) await migrateSchema(url, { schema, migrations: SHARD_MIGRATIONS });
    }
    // Half a log folds to what the restore would take for the whole: it folds by itself, and all of it (BAK1).
    if (isRestoring) return;
    for (const schema of await staleShards(sql, shards.map(shardSchema))) {
      await connected(url, {}, (sql) => refoldStale(sql, schema));
    }
  });
}

function lastOf(migrations: Record<string, Migration>): string {
  return Object.keys(migrations).sort().at(-1)!; // there is a first migration
}

/** The schemas that have a migration already: a start with nothing to do asks no more than this. */
async function schemasAt(sql: Sql, migration: string): Promise<ReadonlySet<string>> {
  const tables = await sql<{ schema: string }[]>`
    select table_schema as schema from information_schema.tables where table_name = ${DEFAULT_MIGRATION_TABLE}`;
  if (tables.length === 0) return new Set();
  const asked = tables.map(({ schema }) =>
    sql`select ${schema} as schema from ${sql(schema)}.${sql(DEFAULT_MIGRATION_TABLE)} where name = ${migration}`
  );
  const found = await sql<{ schema: string }[]>`${asked.reduce((all, one) => sql`${all} union all ${one}`)}`;
  return new Set(found.map(({ schema }) => schema));
}

/** The shard map outlives configurations: it may name a server that this one does not. */
export function unknownServer(server: ServerName): StorageMisconfigured {
  return new StorageMisconfigured("servers", `the shard map names a server that is not configured: ${server}`);
}

/** Runs work on a connection that holds the database's migration lock. @throws {MigrationLocked} */
async function locked<T>(
  { url, lockMs }: { url: string; lockMs: number },
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  return await connected(url, { lock_timeout: lockMs }, async (sql) => {
    try {
      await sql`select pg_advisory_lock(${MIGRATION_LOCK[0]}, ${MIGRATION_LOCK[1]})`;
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
      throw new MigrationLocked(lockMs, await lockHolder(sql));
    }
    await sql`set lock_timeout = 0`;
    return await work(sql);
  });
}

async function lockHolder(sql: Sql): Promise<number | undefined> {
  const [held] = await sql<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and classid::int8 = ${MIGRATION_LOCK[0]}::int8 and objid::int8 = ${MIGRATION_LOCK[1]}::int8 & 4294967295`;
  return held?.pid;
}

async function migrateSchema(
  url: string,
  { schema, migrations }: { schema: SchemaName; migrations: Record<string, Migration> },
): Promise<void> {
  await connected(url, { search_path: schema }, async (sql) => {
    const migrator = new Migrator({
      db: new Kysely<unknown>({ dialect: new PostgresJSDialect({ postgres: sql }) }),
      provider: { getMigrations: () => Promise.resolve(migrations) },
      migrationTableSchema: schema,
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/**
 * On a connection of its own, and no longer than that: what waits for one that is lost may wait for ever, as postgres.js' rollback and then
 * its `end` do.
 */
async function connected<T>(url: string, settings: SessionSettings, work: (sql: Sql) => Promise<T>): Promise<T> {
  const lost = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What the server or the network said of the loss tells more, and comes at once.
  const onClose = () => timer = setTimeout(() => lost.reject(new LaneLost("the connection was lost")), LOSS_MS);
  const client = openClient({ url, settings, connectMs: CONNECT_MS, onClose });
  // postgres.js forgets a first call that reserves the connection, as kysely's is.
  const greeted = client.sql`select 1`.then(() => work(client.sql));
  try {
    return await Promise.race([greeted, lost.promise]);
  } finally {
    client.destroy();
    clearTimeout(timer);
  }
}
