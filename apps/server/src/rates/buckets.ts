/** Token buckets, one a key: who takes more than a rate and its burst allow is told when there will be enough (SEC2). @module */

export interface Rate {
  /** Tokens that come back in an hour, and how many there are at most. */
  readonly perHour: number;
  readonly burst: number;
}

const HOUR_MS = 60 * 60 * 1000;
/** Buckets that are full again are as good as none; they are looked for when there are twice as many as the last time. */
const FIRST_SWEEP = 1_024;

/** Of a bucket only the time is kept at which it is full again (the generic cell rate algorithm), so that nothing runs between two takings. */
export class Buckets<Key> {
  readonly #fullAt = new Map<Key, number>();
  readonly #tokenMs: number;
  readonly #burstMs: number;
  readonly #now: () => number;
  #sweepAt = FIRST_SWEEP;

  /** @param now milliseconds, from any beginning */
  constructor({ perHour, burst }: Rate, now: () => number) {
    this.#tokenMs = HOUR_MS / perHour;
    this.#burstMs = burst * this.#tokenMs;
    this.#now = now;
  }

  /** Takes that many tokens if they are there. Returns 0, or in how many milliseconds they will be. */
  take(key: Key, tokens = 1): number {
    const now = this.#now();
    const fullAt = this.#fullAtOf(key, now) + tokens * this.#tokenMs;
    const wait = fullAt - now - this.#burstMs;
    if (wait > 0) return wait;
    this.#keep(key, fullAt, now);
    return 0;
  }

  /** Takes them in any case, so that the key may be short of tokens afterwards. */
  charge(key: Key, tokens: number): void {
    const now = this.#now();
    this.#keep(key, this.#fullAtOf(key, now) + tokens * this.#tokenMs, now);
  }

  /** How many tokens the key is short of, having been charged more than there were. */
  debt(key: Key): number {
    const now = this.#now();
    return Math.max(0, (this.#fullAtOf(key, now) - now - this.#burstMs) / this.#tokenMs);
  }

  /** In how many milliseconds one token can be taken; 0 if now. */
  wait(key: Key): number {
    const now = this.#now();
    return Math.max(0, this.#fullAtOf(key, now) + this.#tokenMs - now - this.#burstMs);
  }

  giveBack(key: Key, tokens = 1): void {
    const fullAt = this.#fullAt.get(key);
    if (fullAt !== undefined) this.#fullAt.set(key, fullAt - tokens * this.#tokenMs);
  }

  forget(key: Key): void {
    this.#fullAt.delete(key);
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  #fullAtOf(key: Key, now: number): number {
    return Math.max(now, this.#fullAt.get(key) ?? 0);
  }

  #keep(key: Key, fullAt: number, now: number): void {
    this.#fullAt.set(key, fullAt);
    if (this.#fullAt.size < this.#sweepAt) return;
    for (const [other, at] of this.#fullAt) if (at <= now) this.#fullAt.delete(other);
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#fullAt.size);
  }
}
