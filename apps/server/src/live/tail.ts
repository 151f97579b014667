/** The live end of one shard's log, as the hub has it. @module */
import { type Position, position, type ShardNumber } from "@gatz/domain";
import { type Committed, type ShardFence, ShardUnavailable } from "@gatz/storage/contract";
import { logEvent } from "../log_events.ts";
import { Delivery } from "./delivery.ts";
import { pause, turn, within } from "./pause.ts";
import type { LogSource } from "./source.ts";

export interface TailOptions {
  readonly source: LogSource;
  readonly shard: ShardNumber;
  /** Hands an event to the feeds; says how many. Synchronous: when it returns, they have it in their queues. */
  readonly hand: (delivery: Delivery) => number;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;
/** A fence that was read so lately serves again: beats of many feeds share it. */
const CONFIRMED_MS = 250;
/** How long events that a fence tells of may take to arrive; the follower is then started anew. */
const CATCH_UP_MS = 1_000;
/** What is handed over before readers get their turn to take it: far less than a feed's queue holds, so that only a slow one overflows. */
const SLICE = { events: 200, handed: 20_000, bytes: 128 * 1024 } as const;

export class Tail {
  #position: Position | undefined;
  #failing = false;
  #follower = new AbortController();
  #waiting: { until: Position; arrived: () => void }[] = [];
  #confirmed: { at: number; fence: Promise<ShardFence | null> } | undefined;
  readonly #placed = Promise.withResolvers<void>();

  constructor(private readonly options: TailOptions) {}

  /** Everything up to here has been handed over, or was committed before this node began; undefined until the shard first answered. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Whether the last try to read the shard failed. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Resolves once {@link position} is known. */
  get placed(): Promise<void> {
    return this.#placed.promise;
  }

  /** Follows the log until the signal; a hole is filled from the log, by following anew from where it begins. */
  async run(): Promise<void> {
    const { source, shard, signal } = this.options;
    for (let failures = 0; !signal.aborted; failures++) {
      this.#follower = new AbortController();
      try {
        const fence = await source.fence(shard);
        this.#failing = false;
        this.#place(fence.position);
        const either = AbortSignal.any([signal, this.#follower.signal]);
        for await (const batch of source.follow(shard, this.#position!, either)) {
          await this.#take(batch);
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#failing = error instanceof ShardUnavailable;
        if (!this.#failing) logEvent("live.follow-failed", { shard, error });
      }
      if (!signal.aborted) await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures), signal);
    }
  }

  /**
   * Reads the fence and waits until all that it tells of has been handed over. Null if the shard does not answer, or the events do not come:
   * the follower is then begun anew. Calls at about the same time share one read (LIVE4).
   */
  confirm(): Promise<ShardFence | null> {
    const now = this.options.now();
    if (this.#confirmed === undefined || now - this.#confirmed.at > CONFIRMED_MS) {
      this.#confirmed = { at: now, fence: this.#readFence() };
    }
    return this.#confirmed.fence;
  }

  async #readFence(): Promise<ShardFence | null> {
    try {
      const fence = await this.options.source.fence(this.options.shard);
      const arrived = await within(CATCH_UP_MS, this.#arrival(fence.position).then(() => true));
      if (arrived) return fence;
    } catch (error) {
      if (!(error instanceof ShardUnavailable)) throw error;
      return null;
    }
    this.#follower.abort();
    return null;
  }

  #arrival(until: Position): Promise<void> {
    if (this.#position !== undefined && this.#position >= until) return Promise.resolve();
    return new Promise((arrived) => this.#waiting.push({ until, arrived }));
  }

  #place(at: Position): void {
    if (this.#position !== undefined) return;
    this.#moveTo(at);
    this.#placed.resolve();
  }

  async #take(batch: readonly Committed[]): Promise<void> {
    let slice = { events: 0, handed: 0, bytes: 0 };
    for (const committed of batch) {
      const delivery = this.#deliveryOf(committed);
      if (delivery === null) continue;
      slice.handed += this.options.hand(delivery);
      slice.bytes += delivery.bytes;
      slice.events++;
      this.#moveTo(delivery.position);
      if (slice.events < SLICE.events && slice.handed < SLICE.handed && slice.bytes < SLICE.bytes) continue;
      slice = { events: 0, handed: 0, bytes: 0 };
      await turn();
    }
  }

  /** Null for what was handed over before. */
  #deliveryOf({ position: at, event, state }: Committed): Delivery | null {
    const expected = position(this.#position! + 1);
    if (at < expected) return null;
    if (at === expected) return new Delivery(this.options.shard, at, event, state);
    throw new Error(`the log of shard ${this.options.shard} came with a hole: ${at} instead of ${expected}`);
  }

  #moveTo(at: Position): void {
    this.#position = at;
    if (this.#waiting.length === 0) return;
    const still = [];
    for (const waiter of this.#waiting) {
      if (waiter.until <= at) waiter.arrived();
      else still.push(waiter);
    }
    this.#waiting = still;
  }
}
