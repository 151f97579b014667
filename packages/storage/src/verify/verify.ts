/** Proves that everything stored is what the log says: fold(log) = every state and projection (LOG6, LOG8). @module */
import { type ShardNumber, shardNumber } from "@gatz/domain";
import postgres from "postgres";
import { DirectoryUnavailable, type ServerName, type StorageConfig } from "../contract.ts";
import { describeError, isConnectionError, sqlState } from "../postgres/errors.ts";
import { installGuard } from "../postgres/guard.ts";
import type { PostgresTypes, Queryable } from "../postgres/queryable.ts";
import { requireDigestKey } from "../schema/digest_key.ts";
import { DIRECTORY_SCHEMA, shardSchema } from "../schema/names.ts";
import { requireRestored } from "../schema/restoring.ts";
import type { Problem, Report } from "./problem.ts";
import { verifyShard } from "./shard.ts";
import { type Elsewhere, storedLogs } from "./stored_logs.ts";

export interface VerifyProgress {
  shard: ShardNumber;
  /** Of all shards so far. */
  shardsDone: number;
  shards: number;
  events: number;
  streams: number;
  problems: number;
}

export interface Verification {
  shards: number;
  streams: number;
  events: number;
  /** How many problems there are; `problems` holds the first of them. */
  problemCount: number;
  problems: readonly Problem[];
}

export interface VerifyOptions {
  onProgress?: (progress: VerifyProgress) => void;
  /** How many problems are kept; the rest is counted. */
  keep?: number;
}

const KEEP = 1_000;
const CONNECT_SECONDS = 10;

/**
 * Compares each shard as it is at one moment; a system that runs meanwhile goes on. Throws {@link DirectoryUnavailable} if the shard map
 * can't be read, and {@link StorageMisconfigured} if the digest key is not this installation's; a shard that can't be read is a problem
 * among others.
 */
export async function verify(config: StorageConfig, options: VerifyOptions = {}): Promise<Verification> {
  installGuard();
  await using connections = new Connections(config);
  const run = new Run(await connections.shardMap(), { connections, options });
  for (const shard of run.shards) await run.verify(shard, config.digestKey);
  return run.result();
}

type ShardMap = ReadonlyMap<ShardNumber, ServerName>;
type Sql = postgres.Sql<PostgresTypes>;

class Run {
  readonly shards: readonly ShardNumber[];
  readonly #problems: Problem[] = [];
  readonly #counts = { shardsDone: 0, events: 0, streams: 0, problems: 0 };
  readonly #unreachable = new Set<ShardNumber>();

  constructor(
    readonly map: ShardMap,
    readonly given: { connections: Connections; options: VerifyOptions },
  ) {
    this.shards = [...map.keys()].sort((a, b) => a - b);
  }

  async verify(shard: ShardNumber, digestKey: Uint8Array): Promise<void> {
    const { connections } = this.given;
    const progress = (done: { events: number; streams: number }) => {
      this.#counts.events += done.events;
      this.#counts.streams += done.streams;
      this.#tell(shard);
    };
    const schema = shardSchema(shard);
    await this.#reach(shard, () =>
      connections.snapshot(this.#server(shard)).begin(
        "isolation level repeatable read read only",
        (sql) =>
          verifyShard({ sql, schema }, {
            ...{ shard, digestKey, progress },
            logs: storedLogs(this.#elsewhere),
            report: this.#report,
          }),
      ));
    this.#counts.shardsDone++;
    this.#tell(shard);
  }

  result(): Verification {
    const { events, streams, problems } = this.#counts;
    return { shards: this.shards.length, streams, events, problemCount: problems, problems: this.#problems };
  }

  readonly #report: Report = (problem) => {
    this.#counts.problems++;
    if (this.#problems.length < (this.given.options.keep ?? KEEP)) this.#problems.push(problem);
  };

  readonly #elsewhere: Elsewhere = (shard, work) =>
    this.#reach(shard, () => {
      const q: Queryable = { sql: this.given.connections.lookUps(this.#server(shard)), schema: shardSchema(shard) };
      return work(q);
    });

  /** What Postgres or the network refuses is a finding about that shard, named once; anything else is a bug. */
  async #reach<T>(shard: ShardNumber, work: () => Promise<T>): Promise<T | null> {
    try {
      if (!this.map.has(shard)) throw new ShardNotThere(`no shard ${shard}`);
      return await work();
    } catch (error) {
      const refused = error instanceof ShardNotThere || isConnectionError(error) || sqlState(error) !== undefined;
      if (!refused) throw error;
      const known = this.#unreachable.has(shard);
      this.#unreachable.add(shard);
      const found = error instanceof ShardNotThere ? error.message : describeError(error);
      if (!known) this.#report({ shard, check: "reach", what: `shard ${shard}`, expected: "answers", found });
      return null;
    }
  }

  #server(shard: ShardNumber): ServerName {
    const server = this.map.get(shard);
    if (server === undefined) throw new ShardNotThere(`no shard ${shard}`);
    return server;
  }

  #tell(shard: ShardNumber): void {
    this.given.options.onProgress?.({ shard, shards: this.shards.length, ...this.#counts });
  }
}

/** An id names a shard that the map does not. */
class ShardNotThere extends Error {
  override readonly name = "ShardNotThere";
}

/** Two connections a server: one holds a snapshot, one looks up what is committed now. */
class Connections {
  readonly #config: StorageConfig;
  readonly #open = new Map<string, Sql>();

  constructor(config: StorageConfig) {
    this.#config = config;
  }

  async shardMap(): Promise<ShardMap> {
    const sql = this.#connect("directory", this.#config.directory);
    const here = sql(DIRECTORY_SCHEMA);
    const [life] = await sql<{ check: Uint8Array; restoring: string | null }[]>`
      select digest_key_check as check, restoring from ${here}.installation`.catch(noShardMap);
    if (life === undefined) throw new DirectoryUnavailable("the directory says nothing of its installation");
    requireDigestKey(this.#config.digestKey, life.check);
    requireRestored(life.restoring);
    const rows = await sql<{ shard: number; server: string }[]>`
      select shard, server from ${here}.shards order by shard`.catch(noShardMap);
    return new Map(rows.map(({ shard, server }) => [shardNumber(shard), server]));
  }

  snapshot(server: ServerName): Sql {
    return this.#connect(`snapshot of ${server}`, this.#url(server));
  }

  lookUps(server: ServerName): Sql {
    return this.#connect(`look-ups in ${server}`, this.#url(server));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((sql) => sql.end({ timeout: 1 })));
  }

  #url(server: ServerName): string {
    const url = this.#config.servers[server];
    if (url === undefined) throw new ShardNotThere(`the shard map names a server that is not configured: ${server}`);
    return url;
  }

  #connect(name: string, url: string): Sql {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const sql: Sql = postgres(url, {
      max: 1,
      connect_timeout: CONNECT_SECONDS,
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
      connection: { application_name: "gatz verify" },
      onnotice: () => {},
    });
    this.#open.set(name, sql);
    return sql;
  }
}

// No such schema, no such table.
const NOTHING_THERE = ["3F000", "42P01"];

function noShardMap(error: unknown): never {
  const state = sqlState(error);
  if (!isConnectionError(error) && state === undefined) throw error;
  const empty = state !== undefined && NOTHING_THERE.includes(state);
  const why = empty ? "the database holds no gatz yet" : `the shard map can't be read (${describeError(error)})`;
  throw new DirectoryUnavailable(why, { cause: error });
}
