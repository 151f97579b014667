/** Reads of shards over the read lanes of their servers. @module */
import type { ShardNumber } from "@gatz/domain";
import { ShardUnavailable, type StorageLimits } from "../contract.ts";
import { type Deadline, deadlineIn } from "../postgres/deadline.ts";
import { DeadlinePassed, isConnectionError, LaneLost, ServerUnreachable, sqlState } from "../postgres/errors.ts";
import { Semaphore } from "../postgres/semaphore.ts";
import type { PostgresServer } from "../postgres/server.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { shardSchema } from "../schema/names.ts";
import type { ReadPools, Work } from "./read_pools.ts";
import { SharedReads, type SharedReadsOptions } from "./shared_reads.ts";

export interface ServerReadsOptions {
  /** Where each shard lives. */
  readonly servers: ReadonlyMap<ShardNumber, PostgresServer>;
  readonly limits: Pick<StorageLimits, "readConnections" | "readDeadlineMs" | "waiters">;
}

const RETRY_AFTER_MS = 500;
/** What a shared connection has served, beside shards: see `UseOptions`. */
const likePart = (part: number) => -1 - part;

export class ServerReads implements ReadPools {
  readonly #options: ServerReadsOptions;
  /** A shard may hold at most a quarter of its server's read lanes (SHARD2). */
  readonly #shares: ReadonlyMap<ShardNumber, Semaphore>;
  readonly #shared: ReadonlyMap<PostgresServer, SharedReads<Sql>>;
  readonly shards: readonly ShardNumber[];

  constructor(options: ServerReadsOptions) {
    this.#options = options;
    this.shards = [...options.servers.keys()];
    const { readConnections, waiters: waiting } = options.limits;
    const places = Math.max(1, Math.floor(readConnections / 4));
    this.#shares = new Map(this.shards.map((shard) => [shard, new Semaphore({ places, waiting })]));
    const byServer = Map.groupBy(this.shards, (shard) => options.servers.get(shard)!); // its own keys
    this.#shared = new Map(
      [...byServer].map(([server, shards]) => [server, this.#share(server, { shards, places })]),
    );
  }

  read<T>(shard: ShardNumber, work: Work<T>): Promise<T> {
    const there = (sql: Sql) => work({ sql, schema: shardSchema(shard) });
    return this.#answer(shard, (server, deadline) => this.#shared.get(server)!.read(shard, there, deadline)); // one was made for each
  }

  snapshot<T>(shard: ShardNumber, work: Work<T>): Promise<T> {
    const there = (sql: Sql) => inSnapshot(sql, () => work({ sql, schema: shardSchema(shard) }));
    return this.#answer(shard, (server, deadline) => this.#alone(server, { shard, work: there, deadline }));
  }

  async #answer<T>(
    shard: ShardNumber,
    ask: (server: PostgresServer, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const server = this.#options.servers.get(shard);
    if (!server) throw new ShardUnavailable(shard, RETRY_AFTER_MS);
    try {
      return await ask(server, deadlineIn(this.#options.limits.readDeadlineMs));
    } catch (error) {
      throw isUnavailable(error) ? new ShardUnavailable(shard, retryAfter(error), { cause: error }) : error;
    }
  }

  #share(server: PostgresServer, among: Pick<SharedReadsOptions<Sql>, "shards" | "places">): SharedReads<Sql> {
    return new SharedReads({
      ...among,
      use: (part, work, deadline) => server.readers.use(work, deadline, { like: likePart(part) }),
      alone: (shard, work, deadline) => this.#alone(server, { shard, work, deadline }),
      isUnavailable,
    });
  }

  async #alone<T>(server: PostgresServer, { shard, work, deadline }: Read<T>): Promise<T> {
    const read = () => server.readers.use(work, deadline, { like: shard });
    return await this.#shares.get(shard)!.run(() => twiceIfLost(read, deadline), deadline); // one was made for each shard
  }
}

interface Read<T> {
  readonly shard: ShardNumber;
  readonly work: (sql: Sql) => Promise<T>;
  readonly deadline: Deadline;
}

/** Reads can be repeated: a connection that broke while it was idle is no answer. */
async function twiceIfLost<T>(read: () => Promise<T>, deadline: Deadline): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isLost = isConnectionError(error) && !(error instanceof DeadlinePassed || error instanceof ServerUnreachable);
    if (!isLost || performance.now() >= deadline.at) throw error;
    return await read();
  }
}

async function inSnapshot<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  const begun = sql.unsafe("begin isolation level repeatable read read only").execute();
  try {
    const [, result] = await Promise.all([begun, work()]);
    return result;
  } finally {
    // Sent behind the reads; who uses the lane next comes behind it. If the lane is lost, so is the transaction.
    sql.unsafe("commit").execute().catch(() => {});
  }
}

// 3F000, 42P01: no schema, no table; 53: out of resources; 55P03: a lock was not to be had; 57: cancelled, shutting down; 58: its disk.
const UNAVAILABLE = ["3F000", "42P01", "53", "55P03", "57", "58", "XX"];

/** Whether it says that a shard does not answer, and nothing of what it was asked. */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionError(error) || error instanceof LaneLost) return true;
  const state = sqlState(error);
  return state !== undefined && UNAVAILABLE.some((start) => state.startsWith(start));
}

function retryAfter(error: unknown): number {
  return error instanceof ServerUnreachable ? error.retryAfterMs : RETRY_AFTER_MS;
}
