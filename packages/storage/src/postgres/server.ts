import type { ServerName, StorageLimits } from "../contract.ts";
import type { LanePurpose, Observe, ServerReading } from "../observe.ts";
import { Breaker } from "./breaker.ts";
import { Lane, type LaneOptions } from "./lane.ts";
import { LanePool } from "./lane_pool.ts";
import type { SessionSettings } from "./sql_client.ts";

export interface ServerOptions {
  readonly name: ServerName;
  readonly url: string;
  readonly limits: StorageLimits;
  /** How many shards this process may write there: each has one flush in flight at most. */
  readonly shards: number;
  readonly observe: Observe;
}

const CONNECT_MS = 2_000;
const MAX_WRITERS = 32;
const MAX_SERVICE_LANES = 4;
/** A shard's writer of personal records uses one at most, and waits for a lock for a quarter of a read's deadline. */
const MAX_PERSONAL_LANES = 8;
/** A node that is frozen, or cut off, says nothing on its owner's lane: the server then ends the session, and the locks with it. */
const OWNER_IDLE_MS = 3_000;
const PAUSE_MS = { firstPauseMs: 50, longestPauseMs: 2_000 } as const;

/** One Postgres server: its lanes by purpose, and whether it answers. */
export class PostgresServer {
  readonly name: ServerName;
  readonly breaker: Breaker;
  /** For flushes. */
  readonly writers: LanePool;
  /** For reads; their sessions can't write. */
  readonly readers: LanePool;
  /** For users' read marks and settings: as durable as the log, and in nobody's way there. */
  readonly personal: LanePool;
  /** For small writes beside the log that may be lost in a crash and done again: outbox rows that were delivered. */
  readonly service: LanePool;
  readonly #options: ServerOptions;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.name = options.name;
    this.breaker = new Breaker({ probe: () => this.#probe(), ...PAUSE_MS });
    const { limits } = options;
    this.writers = this.#pool("write", {
      max: Math.min(options.shards + 2, MAX_WRITERS),
      settings: writerSettings(limits),
    });
    this.readers = this.#pool("read", {
      max: limits.readConnections,
      settings: { ...alive(limits.readDeadlineMs), ...READING },
    });
    this.personal = this.#pool("personal", {
      max: Math.min(options.shards, MAX_PERSONAL_LANES),
      settings: { ...alive(limits.readDeadlineMs), lock_timeout: Math.ceil(limits.readDeadlineMs / 4) },
    });
    this.service = this.#pool("service", {
      max: MAX_SERVICE_LANES,
      settings: { ...alive(limits.flushDeadlineMs), synchronous_commit: "off" },
    });
  }

  /** For the lane that holds the locks on shards. */
  ownerLane(): LaneOptions {
    const idle_session_timeout = OWNER_IDLE_MS;
    return this.#lane({ ...alive(this.#options.limits.flushDeadlineMs), idle_session_timeout });
  }

  get reading(): ServerReading {
    const { writers, readers, personal, service } = this;
    const lanes = {
      write: writers.reading,
      read: readers.reading,
      personal: personal.reading,
      service: service.reading,
    };
    return { isSkipped: this.breaker.isOpen, lanes };
  }

  close(): void {
    this.breaker.close();
    for (const pool of [this.writers, this.readers, this.personal, this.service]) pool.close();
  }

  #lane(settings: SessionSettings): LaneOptions {
    return { url: this.#options.url, settings, connectMs: CONNECT_MS };
  }

  #pool(purpose: LanePurpose, { max, settings }: { max: number; settings: SessionSettings }): LanePool {
    const { limits, observe, name: server } = this.#options;
    return new LanePool({
      ...this.#lane(settings),
      max,
      waiting: limits.waiters,
      breaker: this.breaker,
      onChange: (change) => observe({ kind: "lane", server, purpose, change }),
    });
  }

  async #probe(): Promise<void> {
    const lane = await Lane.open(this.#lane({}));
    lane.destroy();
  }
}

/**
 * Reads look up by ids, in the same way whichever they are: a plan made for all of them is as good as one made for each, and making a plan, or
 * compiling it, can take longer than the reading.
 */
const READING = { default_transaction_read_only: "on", plan_cache_mode: "force_generic_plan", jit: "off" } as const;

/** The server's own time-outs, so that a link that was cut can't keep a session, or what it holds, for hours. */
function alive(statementMs: number): SessionSettings {
  return {
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: statementMs,
    tcp_user_timeout: 2 * statementMs,
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
  };
}

/**
 * A flush gives up its fence well before its own deadline, so that the server can still say so; and the fence of a node that was frozen
 * while it held it is free as soon.
 */
function writerSettings({ flushDeadlineMs }: StorageLimits): SessionSettings {
  const half = Math.ceil(flushDeadlineMs / 2);
  return { ...alive(flushDeadlineMs), lock_timeout: half, idle_in_transaction_session_timeout: half };
}
