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

export interface ServerReadsOptions {
  /** Where each shard lives. */
  readonly servers: ReadonlyMap<ShardNumber, PostgresServer>;
  readonly limits: Pick<StorageLimits, "readConnections" | "readDeadlineMs" | "waiters">;
}

const RETRY_AFTER_MS = 500;

export class ServerReads implements ReadPools {
  readonly #options: ServerReadsOptions;
  /** A shard may hold at most a quarter of its server's read lanes (SHARD2). */
  readonly #shares: ReadonlyMap<ShardNumber, Semaphore>;
  readonly shards: readonly ShardNumber[];

  constructor(options: ServerReadsOptions) {
    this.#options = options;
    this.shards = [...options.servers.keys()];
    const { readConnections, waiters: waiting } = options.limits;
    const places = Math.max(1, Math.floor(readConnections / 4));
    this.#shares = new Map(this.shards.map((shard) => [shard, new Semaphore({ places, waiting })]));
  }

  async read<T>(shard: ShardNumber, work: Work<T>): Promise<T> {
    return await this.#run(shard, (sql) => work({ sql, schema: shardSchema(shard) }));
  }

  async snapshot<T>(shard: ShardNumber, work: Work<T>): Promise<T> {
    return await this.#run(shard, (sql) => inSnapshot(sql, () => work({ sql, schema: shardSchema(shard) })));
  }

  async #run<T>(shard: ShardNumber, work: (sql: Sql) => Promise<T>): Promise<T> {
    const server = this.#options.servers.get(shard);
    const places = this.#shares.get(shard);
    if (!server || !places) throw new ShardUnavailable(shard, RETRY_AFTER_MS);
    const deadline = deadlineIn(this.#options.limits.readDeadlineMs);
    try {
      return await places.run(
        () => twiceIfLost(() => server.readers.use(work, deadline, { like: shard }), deadline),
        deadline,
      );
    } catch (error) {
      throw isUnavailable(error) ? new ShardUnavailable(shard, retryAfter(error), { cause: error }) : error;
    }
  }
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
