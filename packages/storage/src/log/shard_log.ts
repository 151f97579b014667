import type { Position, ShardNumber } from "@gatz/domain";
import { type Committed, type ShardFence, ShardUnavailable, type StorageLimits } from "../contract.ts";
import { describeError } from "../postgres/errors.ts";
import type { Report } from "../report.ts";
import { follow, type LogSource } from "./follow.ts";
import { Ring } from "./ring.ts";

/** The log as it is stored. Both throw `ShardUnavailable`. */
export interface LogRows {
  /** The events that follow a position, in order, each with a state of its stream that is at it or newer; at least one if there is one. */
  page(from: Position): Promise<readonly Committed[]>;
  fence(): Promise<ShardFence>;
}

export interface ShardLogOptions {
  readonly shard: ShardNumber;
  readonly rows: LogRows;
  readonly limits: Pick<StorageLimits, "ringEvents" | "ringBytes">;
  /** Whether the shard's writer is in this process, so that news comes by itself. */
  readonly isWrittenHere: () => boolean;
  readonly report: Report;
}

// Somebody else's appends are found by looking; our own are known, except after a lost answer to a COMMIT.
const LOOK_MS = { foreign: 50, own: 1_000 } as const;

/** One shard's log as this process knows it. */
export class ShardLog implements LogSource {
  readonly ring: Ring;
  readonly #options: ShardLogOptions;
  #watchers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: ShardLogOptions) {
    this.#options = options;
    this.ring = new Ring(options.limits);
  }

  follow(from: Position, signal: AbortSignal): AsyncIterable<readonly Committed[]> {
    return follow(this, from, signal);
  }

  page(from: Position): Promise<readonly Committed[]> {
    return this.#options.rows.page(from);
  }

  async fence(): Promise<ShardFence> {
    const fence = await this.#options.rows.fence();
    this.ring.advance(fence.position);
    return fence;
  }

  /** Looks no more; who still follows is told nothing new, until their signal ends it. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  watch(): () => void {
    if (++this.#watchers === 1 && !this.#isClosed) void this.#look();
    return () => {
      if (--this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  async #look(): Promise<void> {
    try {
      await this.fence();
    } catch (error) {
      // Asked again soon, whatever it was: one shard's trouble ends no process (SHARD2). Others say when it is down.
      if (!(error instanceof ShardUnavailable)) {
        this.#options.report("the log's end could not be read", {
          shard: this.#options.shard,
          error: describeError(error),
        });
      }
    }
    if (this.#watchers === 0 || this.#isClosed) return;
    const ms = this.#options.isWrittenHere() ? LOOK_MS.own : LOOK_MS.foreign;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms);
  }
}
