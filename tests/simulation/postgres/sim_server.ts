/** A Postgres server of a simulation: its shards, who holds which lock, its clock, and what is wrong with it. */
import type { ShardNumber } from "@gatz/domain";
import type { Chance } from "../chance.ts";
import type { VirtualTime } from "../virtual_time.ts";
import type { SimSession } from "./sim_session.ts";
import { SimShard } from "./sim_shard.ts";
import { sqlError } from "./sql_error.ts";

/** `down`: nothing listens. `frozen`: connections stand, and nothing is answered until it goes on. */
export type ServerState = "up" | "down" | "frozen";

interface LockWaiter {
  readonly session: SimSession;
  readonly granted: () => void;
}

interface Fence {
  holder: SimSession | undefined;
  waiting: LockWaiter[];
}

export interface SimServerOptions {
  readonly name: string;
  readonly shards: readonly ShardNumber[];
  readonly time: VirtualTime;
  readonly chance: Chance;
}

export class SimServer {
  readonly name: string;
  readonly shards: ReadonlyMap<ShardNumber, SimShard>;
  readonly sessions = new Set<SimSession>();
  /** What its clock is wrong by, and was at most; in milliseconds. */
  #clockError = 0;
  #mostClockError = 0;
  isDiskFull = false;
  /** The chance that a statement is refused for a reason of the server's own. */
  refusals = 0;
  /** The chance that the connection is lost around a COMMIT: before it is done, after, or without anybody noticing. */
  commitLosses = 0;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly #fences: ReadonlyMap<ShardNumber, Fence>;
  /** Session-level locks: who may write which shard, by manners. */
  readonly #advisory = new Map<ShardNumber, SimSession>();
  #state: ServerState = "up";
  #thawed = Promise.withResolvers<void>();

  constructor({ name, shards, time, chance }: SimServerOptions) {
    this.name = name;
    this.time = time;
    this.chance = chance;
    this.shards = new Map(shards.map((shard) => [shard, new SimShard(shard)]));
    this.#fences = new Map(shards.map((shard) => [shard, { holder: undefined, waiting: [] }]));
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Unix milliseconds, as its clock has them. */
  get clock(): number {
    return Math.floor(Date.now() + this.#clockError);
  }

  jumpClock(ms: number): void {
    this.#clockError += ms;
    this.#mostClockError = Math.max(this.#mostClockError, this.#clockError);
  }

  /** No `at` is later than its clock then, so what is judged by `at` goes on with the time (LOG5): slow mode passes. */
  letClockCatchUp(): void {
    this.#clockError = this.#mostClockError;
  }

  shard(shard: ShardNumber): SimShard {
    const found = this.shards.get(shard);
    if (found === undefined) throw new RangeError(`no shard ${shard} on ${this.name}`);
    return found;
  }

  /** kill -9: all sessions are gone, and what they had not committed. */
  stop(): void {
    this.#state = "down";
    for (const session of [...this.sessions]) session.breakOff({ noticedAfterMs: 0 });
  }

  freeze(): void {
    if (this.#state === "up") this.#state = "frozen";
  }

  start(): void {
    this.#state = "up";
    this.#thawed.resolve();
    this.#thawed = Promise.withResolvers();
  }

  /** Resolves when something that was asked can be worked on. */
  async working(): Promise<void> {
    while (this.#state === "frozen") await this.#thawed.promise;
  }

  /** The session holds the shard's fence from then on; throws what `lock_timeout` says, or that the wait was cancelled. */
  async lockFence(shard: ShardNumber, session: SimSession, timeoutMs: number): Promise<void> {
    const fence = this.#fence(shard);
    if (fence.holder === undefined) {
      fence.holder = session;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { session, granted: resolve };
    fence.waiting.push(waiter);
    const timer = setTimeout(() => reject(sqlError("55P03")), timeoutMs);
    try {
      await Promise.race([promise, session.cancelled]);
    } catch (error) {
      fence.waiting = fence.waiting.filter((other) => other !== waiter);
      if (fence.holder === session) this.#pass(fence);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  isFenceHeld(shard: ShardNumber): boolean {
    return this.#fence(shard).holder !== undefined;
  }

  /** After the end of a session's transaction. */
  unlockFences(session: SimSession): void {
    for (const fence of this.#fences.values()) {
      fence.waiting = fence.waiting.filter((waiter) => waiter.session !== session);
      if (fence.holder === session) this.#pass(fence);
    }
  }

  tryAdvisory(shard: ShardNumber, session: SimSession): boolean {
    const holder = this.#advisory.get(shard);
    if (holder !== undefined && holder !== session) return false;
    this.#advisory.set(shard, session);
    return true;
  }

  giveBackAdvisory(shard: ShardNumber, session: SimSession): void {
    if (this.#advisory.get(shard) === session) this.#advisory.delete(shard);
  }

  /** The server has noticed that a session is gone. */
  forget(session: SimSession): void {
    this.sessions.delete(session);
    this.unlockFences(session);
    for (const shard of this.shards.keys()) this.giveBackAdvisory(shard, session);
  }

  #fence(shard: ShardNumber): Fence {
    const fence = this.#fences.get(shard);
    if (fence === undefined) throw new RangeError(`no shard ${shard} on ${this.name}`);
    return fence;
  }

  #pass(fence: Fence): void {
    const next = fence.waiting.shift();
    fence.holder = next?.session;
    next?.granted();
  }
}
