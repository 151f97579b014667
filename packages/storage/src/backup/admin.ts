/** Connections of the tools that work on a whole installation: a few to each server, without the lanes' deadlines. @module */
import { type ShardNumber, shardNumber } from "@gatz/domain";
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { DirectoryUnavailable, type ServerName, type StorageConfig } from "../contract.ts";
import { describeError, isConnectionError, sqlState } from "../postgres/errors.ts";
import { installGuard } from "../postgres/guard.ts";
import type { PostgresTypes } from "../postgres/queryable.ts";
import { NODE_APPLICATION, TYPES } from "../postgres/sql_client.ts";
import { requireDigestKey } from "../schema/digest_key.ts";
import { unknownServer } from "../schema/migrate.ts";
import { requireRestored } from "../schema/restoring.ts";
import { DIRECTORY_SCHEMA, shardSchema } from "../schema/names.ts";
import { LOCK_CLASS } from "../shard/locks.ts";

export type AdminSql = postgres.Sql<PostgresTypes>;

/** Something about the installation or the file stands in the way of a backup or a restore; the message says what, and what to do. */
export class BackupError extends Error {
  override readonly name: string = "BackupError";
}

/** A file is not as it was written. */
export class DamagedBackup extends BackupError {
  override readonly name = "DamagedBackup";
}

/** To one server; as many shards are worked on side by side. */
export const CONNECTIONS = 4;
const CONNECT_SECONDS = 10;
const GIVE_BACK_MS = 3_000;
const ASK_AGAIN_MS = 200;

/** An installation as its directory describes it, and connections to its servers. */
export class Admin implements AsyncDisposable {
  readonly directory: AdminSql;
  readonly #config: StorageConfig;
  readonly #open: AdminSql[] = [];
  /** Those that hold locks on shards, each over one connection. */
  readonly #locking: AdminSql[] = [];
  readonly #servers = new Map<ServerName, AdminSql>();

  constructor(config: StorageConfig) {
    installGuard();
    this.#config = config;
    this.directory = this.#connect(config.directory, 1);
  }

  /**
   * @param options.restoring the SHA-256 of the backup that may be in the middle of being restored
   * @throws {DirectoryUnavailable | StorageMisconfigured}
   */
  async installation(
    { restoring }: { restoring?: string } = {},
  ): Promise<{ incarnation: string; shards: ReadonlyMap<ShardNumber, ServerName> }> {
    const here = this.directory(DIRECTORY_SCHEMA);
    const [life] = await this.directory<{ incarnation: string; check: Uint8Array; restoring: string | null }[]>`
      select incarnation, digest_key_check as check, restoring from ${here}.installation`.catch(noInstallation);
    if (life === undefined) throw new DirectoryUnavailable("the directory says nothing of its installation");
    requireDigestKey(this.#config.digestKey, life.check);
    if (life.restoring !== restoring) requireRestored(life.restoring);
    const rows = await this.directory<{ shard: number; server: ServerName }[]>`
      select shard, server from ${here}.shards order by shard`;
    for (const { server } of rows) if (this.#config.servers[server] === undefined) throw unknownServer(server);
    return {
      incarnation: life.incarnation,
      shards: new Map(rows.map(({ shard, server }) => [shardNumber(shard), server])),
    };
  }

  /** A server that holds shards, over {@link CONNECTIONS} connections at most. */
  server(name: ServerName): AdminSql {
    const known = this.#servers.get(name);
    if (known !== undefined) return known;
    const sql = this.#connect(this.#url(name), CONNECTIONS);
    this.#servers.set(name, sql);
    return sql;
  }

  /**
   * Takes the locks that a node holds on the shards it writes, for as long as this is open, and raises the epochs: a node that was frozen or
   * cut off, and lost its locks by it, finds when it is back that it writes nothing any more.
   * @throws {BackupError} if a node runs, also one that writes no shard
   */
  async shutOutNodes(shards: ReadonlyMap<ShardNumber, ServerName>): Promise<void> {
    const byServer = Map.groupBy(shards.keys(), (shard) => shards.get(shard)!); // its own keys
    const started = performance.now();
    for (const [server, here] of byServer) {
      // The locks go with their session.
      const sql = this.#connect(this.#url(server), 1);
      this.#locking.push(sql);
      let missing: readonly ShardNumber[] = here;
      // A node that was killed a moment ago may still have its sessions.
      while ((missing = await lock(sql, missing)).length > 0 || await isNodeConnected(sql)) {
        if (performance.now() - started > GIVE_BACK_MS) {
          throw new BackupError("A gatz server is running on this database. Stop it first.");
        }
        await setTimeout(ASK_AGAIN_MS);
      }
      await raiseEpochs(sql, here.map(shardSchema));
    }
  }

  #url(name: ServerName): string {
    const url = this.#config.servers[name];
    if (url === undefined) throw unknownServer(name);
    return url;
  }

  #connect(url: string, max: number): AdminSql {
    const sql: AdminSql = postgres(url, {
      ...{ max, max_lifetime: null, fetch_types: false },
      connect_timeout: CONNECT_SECONDS,
      types: TYPES,
      connection: { application_name: "gatz backup" },
      onnotice: () => {},
    });
    this.#open.push(sql);
    return sql;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A session that was told to end holds its locks a moment longer: whoever opens the installation next would find them taken. One that is
    // gone holds none.
    await Promise.allSettled(this.#locking.map((sql) => sql`select pg_advisory_unlock_all()`));
    await Promise.all(this.#open.map((sql) => sql.end({ timeout: 1 })));
  }
}

/** The shards whose lock is held by others. */
async function lock(sql: AdminSql, shards: readonly ShardNumber[]): Promise<ShardNumber[]> {
  const rows = await sql<{ shard: number; got: boolean }[]>`
    select shard, pg_try_advisory_lock(${LOCK_CLASS}, shard) as got from unnest(${[...shards]}::int4[]) shard`;
  return rows.filter(({ got }) => !got).map(({ shard }) => shardNumber(shard));
}

/** A node that writes no shard would take these over later, and go on in the life that is ended now (LOG9). */
async function isNodeConnected(sql: AdminSql): Promise<boolean> {
  const rows = await sql`
    select 1 from pg_stat_activity where datname = current_database() and application_name = ${NODE_APPLICATION} limit 1`;
  return rows.length > 0;
}

/** Of shards that have been made: one whose server was down ever since may not be. */
async function raiseEpochs(sql: AdminSql, schemas: readonly string[]): Promise<void> {
  const made = await sql<{ schema: string }[]>`
    select table_schema as schema from information_schema.tables
    where table_name = 'fence' and table_schema = any(${[...schemas]}::text[])`;
  for (const { schema } of made) await sql`update ${sql(schema)}.fence set epoch = epoch + 1`;
}

// No such schema, no such table.
const NOTHING_THERE = ["3F000", "42P01"];

function noInstallation(error: unknown): never {
  const state = sqlState(error);
  if (!isConnectionError(error) && state === undefined) throw error;
  const isEmpty = state !== undefined && NOTHING_THERE.includes(state);
  const why = isEmpty ? "the database holds no gatz yet" : `the directory does not answer (${describeError(error)})`;
  throw new DirectoryUnavailable(why, { cause: error });
}
