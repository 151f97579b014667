/** Which shards of one server this node may write: it holds a session-level advisory lock on each, in a session of its own. @module */
import type { ShardNumber } from "@gatz/domain";
import { describeError } from "../postgres/errors.ts";
import { isPowerOfTwo, type Report } from "../report.ts";
import type { LockSession } from "./locks.ts";

/**
 * The right to write a shard for as long as nobody raises its epoch. A new lease is a new object: whoever gets one raises the epoch
 * with its next flush.
 */
export interface Lease {
  readonly shard: ShardNumber;
}

export interface OwnershipOptions {
  /** Connects to the server. */
  readonly open: () => Promise<LockSession>;
  readonly shards: readonly ShardNumber[];
  readonly report: Report;
  /** Called when the server did not answer. */
  readonly onTrouble: () => void;
  /** Called when a shard's lease was got or lost. */
  readonly onChange: (shard: ShardNumber) => void;
}

const ASK_AGAIN_MS = 500;
// Longer than another node takes to ask again.
const MAKE_WAY_MS = 2_500;

/**
 * The lock is manners, the epoch is the guard: a lease is kept while the session is being made again, and also while the lock is not to be
 * had afterwards: after a cut it may be our own session that the server still holds it for. If another node has taken the shard, the next
 * flush finds its epoch.
 */
export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #leases = new Map<ShardNumber, Lease>();
  /** The locks that the session holds. */
  readonly #locked = new Set<ShardNumber>();
  /** Shards that another epoch shut us out of; their locks are given back before they are asked for again. */
  readonly #yielded = new Set<ShardNumber>();
  /** Shards that are not asked for any more. */
  readonly #left = new Set<ShardNumber>();
  /** When a lock that was given back may be asked for again. */
  readonly #notBefore = new Map<ShardNumber, number>();
  readonly #closing = new AbortController();
  #session: LockSession | undefined;
  #failures = 0;
  #running: Promise<void> | undefined;
  #firstRound = Promise.withResolvers<void>();
  #wakeUp: () => void = () => {};

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  lease(shard: ShardNumber): Lease | undefined {
    return this.#leases.get(shard);
  }

  /** Resolves when the locks were asked for once, or the server could not be reached. */
  async start(): Promise<void> {
    this.#running ??= this.#run();
    await this.#firstRound.promise;
  }

  /** Another writer raised the epoch: stops writing the shard, and asks for its lock again later. */
  shutOut(shard: ShardNumber): void {
    if (!this.#leases.delete(shard)) return;
    this.#yielded.add(shard);
    this.#options.onChange(shard);
  }

  /** Gives one shard's lock back, for good and at once, so that another node takes it. */
  leave(shard: ShardNumber): void {
    this.#left.add(shard);
    this.#yielded.add(shard);
    if (this.#leases.delete(shard)) this.#options.onChange(shard);
    this.#wakeUp();
  }

  /** Gives all locks back. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wakeUp();
    this.#session?.destroy();
    await this.#running;
    // One that was being made meanwhile.
    this.#session?.destroy();
    for (const shard of this.#leases.keys()) {
      this.#leases.delete(shard);
      this.#options.onChange(shard);
    }
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#round();
        this.#failures = 0;
      } catch (error) {
        if (!this.#closing.signal.aborted) this.#failed(error);
        this.#session?.destroy();
        this.#session = undefined;
      }
      this.#firstRound.resolve();
      await this.#pause();
    }
  }

  #failed(error: unknown): void {
    this.#options.onTrouble();
    if (!isPowerOfTwo(++this.#failures)) return;
    this.#options.report("the locks on the shards could not be asked for", {
      error: describeError(error),
      times: this.#failures,
    });
  }

  async #round(): Promise<void> {
    let session = this.#session;
    if (session?.isOpen) await this.#giveBack(session);
    else {
      session = this.#session = await this.#connect();
      // The locks of the session before went with it, those to be given back too.
      this.#locked.clear();
      for (const shard of this.#yielded) this.#makeWay(shard);
    }
    await this.#ask(session, this.#options.shards.filter((shard) => !this.#locked.has(shard) && this.#mayAsk(shard)));
  }

  /** Its end is waited for once, and not in each pause: what waits is kept for as long as the session lives. */
  async #connect(): Promise<LockSession> {
    const session = await this.#options.open();
    // One that was given up says nothing new.
    void session.closed.then(() => this.#session === session && this.#wakeUp());
    return session;
  }

  /** Whoever raised the epoch comes first. */
  #makeWay(shard: ShardNumber): void {
    this.#yielded.delete(shard);
    this.#locked.delete(shard);
    this.#notBefore.set(shard, performance.now() + MAKE_WAY_MS);
  }

  #mayAsk(shard: ShardNumber): boolean {
    return !this.#yielded.has(shard) && !this.#left.has(shard) &&
      performance.now() >= (this.#notBefore.get(shard) ?? 0);
  }

  /** Also asks for nothing, which finds out whether the session is still there. */
  async #ask(session: LockSession, shards: readonly ShardNumber[]): Promise<void> {
    for (const shard of await session.take(shards)) {
      this.#locked.add(shard);
      if (this.#left.has(shard)) {
        this.leave(shard);
        continue;
      }
      this.#leases.set(shard, { shard });
      this.#options.onChange(shard);
    }
  }

  async #giveBack(session: LockSession): Promise<void> {
    const shards = [...this.#yielded];
    if (shards.length === 0) return;
    await session.giveBack(shards);
    for (const shard of shards) this.#makeWay(shard);
  }

  get #isToGiveBack(): boolean {
    return this.#session?.isOpen === true && [...this.#left].some((shard) => this.#locked.has(shard));
  }

  /** Until it is time to ask again, the session is lost, or storage closes. */
  async #pause(): Promise<void> {
    if (this.#closing.signal.aborted || this.#session?.isOpen === false) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#isToGiveBack ? 0 : ASK_AGAIN_MS);
    this.#wakeUp = resolve;
    await promise;
    clearTimeout(timer);
  }
}
