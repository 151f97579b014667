/** A value that changes, for whoever shows it. @module */

/** Fits React's `useSyncExternalStore(x.subscribe, x.snapshot)`, and `for await (const value of x)`. */
export interface Observable<T> extends AsyncIterable<T> {
  /** What there is now; the same object until it changes. Bound: it may be passed on as it is. */
  readonly snapshot: () => T;
  /** Calls the listener after each change; returns what ends that. Bound. */
  readonly subscribe: (listener: () => void) => () => void;
  /** What there is now, and then whatever is newest, as fast as it is taken: what was overtaken is left out. Ends when the owner is closed. */
  [Symbol.asyncIterator](): AsyncIterator<T, void, void>;
}

export interface CellOptions {
  /** Somebody begins to listen, or nobody does any more. */
  readonly onObserved?: (isObserved: boolean) => void;
}

/** An observable that its owner sets. */
export class Cell<T> implements Observable<T> {
  #value: T;
  #isClosed = false;
  readonly #listeners = new Set<() => void>();
  readonly #onObserved: CellOptions["onObserved"];

  constructor(value: T, { onObserved }: CellOptions = {}) {
    this.#value = value;
    this.#onObserved = onObserved;
  }

  readonly snapshot = (): T => this.#value;

  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#onObserved?.(true);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#onObserved?.(false);
    };
  };

  /** Tells the listeners, unless it is the same object. */
  set(value: T): void {
    if (value === this.#value || this.#isClosed) return;
    this.#value = value;
    this.#tell();
  }

  /** It changes no more; iterations end after the last value. */
  close(): void {
    this.#isClosed = true;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let wake: () => void = () => {};
    const unsubscribe = this.subscribe(() => wake());
    try {
      for (let shown: { value: T } | undefined;;) {
        if (shown === undefined || shown.value !== this.#value) {
          shown = { value: this.#value };
          yield shown.value;
        } else if (this.#isClosed) return;
        else await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      unsubscribe();
    }
  }

  #tell(): void {
    // One that unsubscribes another while it is told must not disturb the round.
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        // Somebody else's mistake: it is theirs to hear of, and keeps neither the others nor the client from what they are about.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
