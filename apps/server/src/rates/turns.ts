/** So many at once of each key; the rest wait, first come first served. @module */

export class Turns<Key> {
  readonly #running = new Map<Key, number>();
  readonly #waiting = new Map<Key, (() => void)[]>();

  constructor(private readonly most: number) {}

  /** Null if it is the key's turn at once, else resolves when it is. Each has to {@link end}, once it has had its turn. */
  begin(key: Key): Promise<void> | null {
    const running = this.#running.get(key) ?? 0;
    if (running < this.most) {
      this.#running.set(key, running + 1);
      return null;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [resolve]);
    else waiting.push(resolve);
    return promise;
  }

  end(key: Key): void {
    const waiting = this.#waiting.get(key);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(key);
    // Whoever waited longest takes the place that became free.
    if (next !== undefined) return next();
    const running = this.#running.get(key) ?? 0;
    if (running > 1) this.#running.set(key, running - 1);
    else this.#running.delete(key);
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#running.size;
  }
}
