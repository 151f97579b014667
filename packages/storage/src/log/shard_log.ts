import type { Position, Rev, ShardNumber } from "@gatz/domain";
import { type Committed, ShardUnavailable, type StorageLimits } from "../contract.ts";
import { describeError } from "../postgres/errors.ts";
import type { Report } from "../report.ts";
import type { FenceWatch, Watched } from "./fence_watch.ts";
import type { Fence } from "./fences.ts";
import { follow, type LogSource } from "./follow.ts";
import { Ring } from "./ring.ts";

/** The log as it is stored. Both throw `ShardUnavailable`. */
export interface LogRows {
  /** The events that follow a position, in order, each with a state of its stream that is at it or newer; at least one if there is one. */
  page(from: Position): Promise<readonly Committed[]>;
  fence(): Promise<Fence>;
}

export interface ShardLogOptions {
  readonly shard: ShardNumber;
  readonly rows: LogRows;
  readonly limits: Pick<StorageLimits, "ringEvents" | "ringBytes">;
  /** Whether the shard's writer is in this process, so that news comes by itself. */
  readonly isWrittenHere: () => boolean;
  /** Told how far the shard's personal records are known to go. */
  readonly onRev: (rev: Rev) => void;
  /** Of the shard's server. */
  readonly watch: Pick<FenceWatch, "add" | "remove">;
  readonly report: Report;
}

/** One shard's log as this process knows it. */
export class ShardLog implements LogSource, Watched {
  readonly ring: Ring;
  readonly shard: ShardNumber;
  readonly isWrittenHere: () => boolean;
  readonly #options: ShardLogOptions;
  readonly #onOwnerChange = new Set<() => void>();
  #watchers = 0;
  #lastFence: { readonly fence: Fence; readonly at: number } | undefined;

  constructor(options: ShardLogOptions) {
    this.#options = options;
    this.shard = options.shard;
    this.isWrittenHere = options.isWrittenHere;
    this.ring = new Ring(options.limits);
  }

  /** The fence as it was read last, and when, on the monotonic clock. */
  get lastFence(): { readonly fence: Fence; readonly at: number } | undefined {
    return this.#lastFence;
  }

  follow(from: Position, signal: AbortSignal): AsyncIterable<readonly Committed[]> {
    return follow(this, from, signal);
  }

  page(from: Position): Promise<readonly Committed[]> {
    return this.#options.rows.page(from);
  }

  async fence(): Promise<Fence> {
    const fence = await this.#options.rows.fence();
    this.learn(fence);
    return fence;
  }

  learn(fence: Fence): void {
    const known = this.#lastFence;
    this.ring.advance(fence.position);
    this.#options.onRev(fence.rev);
    // Two reads may overtake each other.
    if (known !== undefined && fence.epoch < known.fence.epoch) return;
    this.#lastFence = { fence, at: performance.now() };
    if (known !== undefined && fence.owner?.node !== known.fence.owner?.node) {
      for (const changed of this.#onOwnerChange) changed();
    }
  }

  /** Calls back whenever another node is found to write the shard; returns what ends that. */
  onOwnerChange(changed: () => void): () => void {
    this.#onOwnerChange.add(changed);
    return () => this.#onOwnerChange.delete(changed);
  }

  watch(): () => void {
    if (++this.#watchers === 1) this.#options.watch.add(this);
    return () => {
      if (--this.#watchers === 0) this.#options.watch.remove(this);
    };
  }

  async look(): Promise<void> {
    try {
      await this.fence();
    } catch (error) {
      // Asked again soon, whatever it was: one shard's trouble ends no process (SHARD2). Others say when it is down.
      if (error instanceof ShardUnavailable) return;
      this.#options.report("the log's end could not be read", { shard: this.shard, error: describeError(error) });
    }
  }
}
