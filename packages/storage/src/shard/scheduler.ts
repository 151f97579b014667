import type { StorageLimits } from "../contract.ts";

/** A shard that has something to flush. */
export interface Waiter {
  /** When its oldest bundle came, on the monotonic clock. */
  oldest(): number;
  /** It is its turn. */
  start(slot: Slot): void;
}

// How long a flush may wait for its fence and still count: a fence that is free is held within a round trip.
const FENCE_GRACE_MS = 30;

/**
 * How many flushes run on one Postgres server at a time: few large commits are faster than many small ones. A flush that waits for its
 * fence, or that grows old, stops counting, so that a stuck shard can't stall the others (SHARD2).
 */
export class FlushScheduler {
  readonly #limits: Pick<StorageLimits, "flushesPerServer" | "flushAgeMs">;
  readonly #waiting = new Set<Waiter>();
  #counting = 0;

  constructor(limits: Pick<StorageLimits, "flushesPerServer" | "flushAgeMs">) {
    this.#limits = limits;
  }

  /** Starts the waiter when it is its turn: the one that waits longest first. */
  request(waiter: Waiter): void {
    this.#waiting.add(waiter);
    this.#startNext();
  }

  /** A slot that does not count: for a shard whose last flush failed. */
  outside(): Slot {
    return new Slot({ count: () => {}, ageMs: this.#limits.flushAgeMs });
  }

  #startNext(): void {
    while (this.#waiting.size > 0 && this.#counting < this.#limits.flushesPerServer) {
      const next = [...this.#waiting].reduce((first, other) => other.oldest() < first.oldest() ? other : first);
      this.#waiting.delete(next);
      next.start(
        new Slot({
          ageMs: this.#limits.flushAgeMs,
          count: (change) => {
            this.#counting += change;
            if (change < 0) this.#startNext();
          },
        }),
      );
    }
  }
}

/** One flush's place among those that run. */
export class Slot {
  readonly #count: (change: 1 | -1) => void;
  readonly #ageMs: number;
  #counts = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ count, ageMs }: { count: (change: 1 | -1) => void; ageMs: number }) {
    this.#count = count;
    this.#ageMs = ageMs;
    this.#set(true, FENCE_GRACE_MS);
  }

  /** The fence is held: from now on it is a commit that is under way. */
  holdsFence(): void {
    this.#set(true, this.#ageMs);
  }

  done(): void {
    this.#set(false);
  }

  #set(counts: boolean, forMs?: number): void {
    clearTimeout(this.#timer);
    if (forMs !== undefined) this.#timer = setTimeout(() => this.#set(false), forMs);
    if (counts === this.#counts) return;
    this.#counts = counts;
    this.#count(counts ? 1 : -1);
  }
}
