/** The few unsharded tables (SHARD4). @module */
import {
  idToUuid,
  type Incarnation,
  incarnation,
  type ShardNumber,
  shardNumber,
  shardOf,
  type UnixMs,
  type UserId,
} from "@gatz/domain";
import { LRUCache } from "lru-cache";
import {
  type Directory,
  DirectoryUnavailable,
  type DirectoryUser,
  type HandleClaim,
  type ServerName,
} from "../contract.ts";
import { Breaker } from "../postgres/breaker.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { DeadlinePassed, isConnectionError, ServerUnreachable, sqlState } from "../postgres/errors.ts";
import { Lane, type LaneOptions } from "../postgres/lane.ts";
import { LanePool } from "../postgres/lane_pool.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { requireDigestKey } from "../schema/digest_key.ts";
import { DIRECTORY_SCHEMA } from "../schema/names.ts";
import { requireRestored } from "../schema/restoring.ts";
import { claimHandle, endAccount, findByHandle, type HandleLimits } from "./claims.ts";

export interface Home {
  readonly home: ShardNumber;
  readonly past: readonly ShardNumber[];
}

/** What storage needs to know before anything else. */
export interface Installation {
  readonly incarnation: Incarnation;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
}

const LANES = 4;
const WAITING = 1_000;
const CONNECT_MS = 2_000;
const PAUSE_MS = { firstPauseMs: 50, longestPauseMs: 2_000 } as const;
const CACHED_HOMES = 100_000;
// A home that was asked for longer ago is asked for again; while the directory is down it goes on to serve.
const HOME_FRESH_MS = 60_000;

export interface SqlDirectoryOptions {
  readonly url: string;
  readonly deadlineMs: number;
  readonly limits: HandleLimits;
}

export class SqlDirectory implements Directory {
  readonly #deadlineMs: number;
  readonly #limits: HandleLimits;
  readonly #breaker: Breaker;
  readonly #lanes: LanePool;
  readonly #homes = new LRUCache<UserId, { readonly home: Home; readonly readAt: number }>({ max: CACHED_HOMES });

  constructor({ url, deadlineMs, limits }: SqlDirectoryOptions) {
    this.#deadlineMs = deadlineMs;
    this.#limits = limits;
    const lane: LaneOptions = {
      url,
      connectMs: CONNECT_MS,
      settings: { statement_timeout: deadlineMs, search_path: DIRECTORY_SCHEMA },
    };
    const probe = async () => (await Lane.open(lane)).destroy();
    this.#breaker = new Breaker({ probe, ...PAUSE_MS });
    this.#lanes = new LanePool({ ...lane, max: LANES, waiting: WAITING, breaker: this.#breaker });
  }

  /** @throws {StorageMisconfigured} if its digests were made with another key, or a restore is not through */
  async installation(digestKey: Uint8Array): Promise<Installation> {
    return await this.#ask(async (sql) => {
      const [life] = await sql<{ incarnation: string; check: Uint8Array; restoring: string | null }[]>`
        select incarnation, digest_key_check as check, restoring from installation`;
      if (!life) throw new Error("the directory has no incarnation");
      requireDigestKey(digestKey, life.check);
      requireRestored(life.restoring);
      const rows = await sql<{ shard: number; server: string }[]>`select shard, server from shards order by shard`;
      return {
        incarnation: incarnation(life.incarnation),
        shards: new Map(rows.map(({ shard, server }) => [shardNumber(shard), server])),
      };
    });
  }

  claimHandle(handle: string, user: UserId): Promise<HandleClaim> {
    return this.#ask((sql) => claimHandle(sql, { handle, user, limits: this.#limits }));
  }

  userByHandle(handle: string): Promise<DirectoryUser | null> {
    return this.#ask((sql) => findByHandle(sql, handle));
  }

  endAccount(user: UserId, { at }: { at: UnixMs }): Promise<void> {
    return this.#ask((sql) => endAccount(sql, { user, at, limits: this.#limits }));
  }

  async home(user: UserId, { anew = false }: { anew?: boolean } = {}): Promise<Home> {
    const cached = anew ? undefined : this.#homes.get(user);
    if (cached && performance.now() - cached.readAt < HOME_FRESH_MS) return cached.home;
    try {
      return this.#keep(user, await this.#readHome(user));
    } catch (error) {
      if (cached && error instanceof DirectoryUnavailable) return cached.home;
      throw error;
    }
  }

  async setHome(user: UserId, home: ShardNumber): Promise<void> {
    const own = shardOf(user);
    const [row] = await this.#ask((sql) =>
      sql<{ home: number; past: number[] }[]>`
        insert into homes as mine ("user", home, past) values (${idToUuid(user)}, ${home}, ${[own]}::int4[])
        on conflict ("user") do update set home = excluded.home,
          past = array(select distinct unnest(mine.past || mine.home))
        returning home, past`
    );
    if (!row) throw new Error("a home was set and is not there");
    this.#keep(user, homeOf(row));
  }

  async setFirstHome(user: UserId, home: ShardNumber): Promise<boolean> {
    const own = shardOf(user);
    const [row] = await this.#ask((sql) =>
      sql<{ home: number; past: number[] }[]>`
        insert into homes ("user", home, past) values (${idToUuid(user)}, ${home}, ${[own]}::int4[])
        on conflict ("user") do nothing
        returning home, past`
    );
    if (row) this.#keep(user, homeOf(row));
    return row !== undefined;
  }

  async saveSession({ id, user, expiresAt }: Parameters<Directory["saveSession"]>[0]): Promise<void> {
    await this.#ask((sql) =>
      sql`insert into sessions (id, "user", expires_at) values (${id}, ${idToUuid(user)}, ${expiresAt})
        on conflict (id) do update set expires_at = excluded.expires_at where sessions."user" = excluded."user"`
    );
  }

  close(): void {
    this.#breaker.close();
    this.#lanes.close();
  }

  async #readHome(user: UserId): Promise<Home> {
    const [row] = await this.#ask((sql) =>
      sql<{ home: number; past: number[] }[]>`select home, past from homes where "user" = ${idToUuid(user)}`
    );
    return row ? homeOf(row) : { home: shardOf(user), past: [] };
  }

  #keep(user: UserId, home: Home): Home {
    this.#homes.set(user, { home, readAt: performance.now() });
    return home;
  }

  /** All statements here can be repeated, so a connection that broke is tried once more. */
  async #ask<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const deadline = deadlineIn(this.#deadlineMs);
    try {
      return await this.#lanes.use(work, deadline).catch((error) => {
        const isLost = isConnectionError(error) &&
          !(error instanceof DeadlinePassed || error instanceof ServerUnreachable);
        if (!isLost) throw error;
        return this.#lanes.use(work, deadline);
      });
    } catch (error) {
      // Its own tables missing, or no resources, is not answering either; the rest is a bug.
      if (isConnectionError(error) || NOT_ANSWERING.test(sqlState(error) ?? "")) {
        throw new DirectoryUnavailable("the directory does not answer", { cause: error });
      }
      throw error;
    }
  }
}

const NOT_ANSWERING = /^(3F000|42P01|53|55P03|57|58|XX)/;

function homeOf({ home, past }: { home: number; past: readonly number[] }): Home {
  return { home: shardNumber(home), past: past.map(shardNumber) };
}
