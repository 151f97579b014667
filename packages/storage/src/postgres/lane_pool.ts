import type { Breaker } from "./breaker.ts";
import { before, type Deadline } from "./deadline.ts";
import { DeadlinePassed, isRefusalToConnect, isServersAnswer, ServerUnreachable, tooManyWait } from "./errors.ts";
import type { LaneChanged, LaneReading } from "../observe.ts";
import { Lane, type LaneOptions } from "./lane.ts";
import type { Sql } from "./sql_client.ts";

export interface LanePoolOptions extends LaneOptions {
  /** Connections at most. */
  max: number;
  /** How many may wait for one; more are refused. */
  waiting: number;
  breaker: Breaker;
  /** Told of every connection that is made, is gone, or can't be made. */
  onChange?: (change: LaneChanged["change"]) => void;
}

export interface UseOptions {
  /** What the work is about. A lane keeps the plans of the statements that it ran: the like of them is best run there again. */
  like?: number;
}

// Another node answers by then.
const CLOSED_RETRY_MS = 1_000;

/** The lanes of one server and purpose: made when needed, kept, replaced when lost. */
export class LanePool {
  readonly #options: LanePoolOptions;
  readonly #idle: Lane[] = [];
  readonly #waiting: PromiseWithResolvers<Lane>[] = [];
  readonly #lanes = new Set<Lane>();
  #opening = 0;
  #closed = false;

  constructor(options: LanePoolOptions) {
    this.#options = options;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#lanes.size;
  }

  get reading(): LaneReading {
    return { open: this.#lanes.size, used: this.#lanes.size - this.#idle.length, waiting: this.#waiting.length };
  }

  /**
   * Runs work on a lane of its own. Throws {@link ServerUnreachable} while the server is skipped or can't be connected to,
   * `DeadlinePassed` when either the wait for a lane or the work took too long, `LaneLost`, or what the work throws.
   */
  async use<T>(work: (sql: Sql) => Promise<T>, deadline: Deadline, options: UseOptions = {}): Promise<T> {
    return await this.useLane((lane) => lane.run(work, deadline), deadline, options);
  }

  /** For work that manages the lane's deadline and end itself. */
  async useLane<T>(work: (lane: Lane) => Promise<T>, deadline: Deadline, { like }: UseOptions = {}): Promise<T> {
    if (this.#closed) throw isClosed();
    this.#options.breaker.check();
    const lane = await this.#take(deadline, like);
    if (like !== undefined) lane.hasServed.add(like);
    try {
      return await work(lane);
    } catch (error) {
      if (error instanceof DeadlinePassed) this.#options.breaker.suspect();
      if (!isServersAnswer(error)) lane.destroy();
      throw error;
    } finally {
      this.#give(lane);
    }
  }

  /** Nobody gets a lane any more, and those at work lose theirs. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(isClosed());
    for (const lane of this.#lanes) lane.destroy();
    this.#lanes.clear();
  }

  async #take(deadline: Deadline, like: number | undefined): Promise<Lane> {
    for (let lane = this.#popIdle(like); lane; lane = this.#popIdle(like)) {
      if (lane.isOpen) return lane;
    }
    if (this.#waiting.length >= this.#options.waiting) throw tooManyWait();
    const waiter = Promise.withResolvers<Lane>();
    this.#waiting.push(waiter);
    this.#openMore();
    try {
      return await before(deadline, waiter.promise);
    } catch (error) {
      const place = this.#waiting.indexOf(waiter);
      if (place >= 0) this.#waiting.splice(place, 1);
      // One that was handed over in the same moment goes to the next.
      else waiter.promise.then((lane) => this.#give(lane), () => {});
      throw error;
    }
  }

  /** One that has served the like, if there is one; else the one that was used last. */
  #popIdle(like: number | undefined): Lane | undefined {
    const place = like === undefined ? -1 : this.#idle.findLastIndex((lane) => lane.hasServed.has(like));
    return place < 0 ? this.#idle.pop() : this.#idle.splice(place, 1)[0];
  }

  #give(lane: Lane): void {
    if (!lane.isOpen || this.#closed) {
      lane.destroy();
      this.#lanes.delete(lane);
      this.#openMore();
      return;
    }
    const next = this.#waiting.shift();
    if (next) next.resolve(lane);
    else this.#idle.push(lane);
  }

  #openMore(): void {
    if (this.#closed) return;
    while (this.#opening < this.#waiting.length && this.#lanes.size + this.#opening < this.#options.max) {
      this.#opening++;
      void this.#openOne();
    }
  }

  async #openOne(): Promise<void> {
    try {
      const lane = await Lane.open(this.#options);
      this.#opening--;
      this.#lanes.add(lane);
      this.#options.onChange?.("opened");
      void lane.closed.then(() => this.#forget(lane));
      this.#give(lane);
    } catch (error) {
      this.#opening--;
      this.#options.onChange?.("not-opened");
      const { breaker } = this.#options;
      if (!isRefusalToConnect(error)) breaker.failed();
      // Others may yet get a lane that comes back; with none open there is nothing to wait for.
      const refused = this.#lanes.size > 0 ? this.#waiting.splice(0, 1) : this.#waiting.splice(0);
      for (const waiter of refused) waiter.reject(breaker.refusal(error));
    }
  }

  #forget(lane: Lane): void {
    this.#options.onChange?.("ended");
    this.#lanes.delete(lane);
    const place = this.#idle.indexOf(lane);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#openMore();
  }
}

function isClosed(): ServerUnreachable {
  return new ServerUnreachable("the connections were closed", CLOSED_RETRY_MS);
}
