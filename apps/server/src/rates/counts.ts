/** How many of something each key has open, up to a bound. @module */

export class Counts<Key> {
  readonly #open = new Map<Key, number>();

  constructor(private readonly most: number) {}

  /** Counts one more; false if there are as many as there may be. Each that was counted has to {@link leave}. */
  enter(key: Key): boolean {
    const open = this.#open.get(key) ?? 0;
    if (open >= this.most) return false;
    this.#open.set(key, open + 1);
    return true;
  }

  leave(key: Key): void {
    const open = this.#open.get(key) ?? 0;
    if (open > 1) this.#open.set(key, open - 1);
    else this.#open.delete(key);
  }

  of(key: Key): number {
    return this.#open.get(key) ?? 0;
  }

  /** How many keys have something open. */
  get size(): number {
    return this.#open.size;
  }
}
