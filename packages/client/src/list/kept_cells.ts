/** Observables by their keys, begun when they are first looked at. What nobody observes is kept for a while: so many, those observed last. @module */
import { Cell, type Observable } from "../observable.ts";

export interface KeptCellsOptions<K, V> {
  /** So many that nobody observes; those that are observed are kept however many they are. */
  readonly most: number;
  /** What is shown of one of which nothing is known yet. */
  readonly initial: (key: K) => V;
  /** One begins, for the first time or again. */
  readonly onBegun?: (key: K) => void;
  /** One was let go of. */
  readonly onGone?: (key: K) => void;
}

interface Kept<V> {
  readonly cell: Cell<V>;
  readonly shown: Observable<V>;
}

export class KeptCells<K, V> {
  readonly #options: KeptCellsOptions<K, V>;
  readonly #observed = new Map<K, Kept<V>>();
  /** Who was observed, or asked for, longest ago comes first. */
  readonly #idle = new Map<K, Kept<V>>();
  #isClosed = false;

  constructor(options: KeptCellsOptions<K, V>) {
    this.#options = options;
  }

  /** The same object each time, as long as it is kept. One that was let go of works as before: looked at again, it begins anew. */
  observe(key: K): Observable<V> {
    return this.#get(key).shown;
  }

  /** What one shows; undefined: it is not kept. */
  snapshot(key: K): V | undefined {
    return this.#find(key)?.cell.snapshot();
  }

  has(key: K): boolean {
    return this.#find(key) !== undefined;
  }

  /** Keeps it, though nobody asked for it. */
  set(key: K, value: V): void {
    (this.#find(key) ?? this.#begin(key)).cell.set(value);
  }

  get keys(): readonly K[] {
    return [...this.#observed.keys(), ...this.#idle.keys()];
  }

  close(): void {
    this.#isClosed = true;
    for (const { cell } of [...this.#observed.values(), ...this.#idle.values()]) cell.close();
  }

  #find(key: K): Kept<V> | undefined {
    return this.#observed.get(key) ?? this.#idle.get(key);
  }

  #get(key: K): Kept<V> {
    const idle = this.#idle.get(key);
    if (idle === undefined) return this.#observed.get(key) ?? this.#begun(key);
    this.#rest(key, idle);
    return idle;
  }

  #begun(key: K): Kept<V> {
    const kept = this.#begin(key);
    this.#options.onBegun?.(key);
    return kept;
  }

  #begin(key: K): Kept<V> {
    const { initial } = this.#options;
    const cell: Cell<V> = new Cell(initial(key), {
      onObserved: (isObserved) => isObserved ? this.#wake(key, kept) : this.#rest(key, kept),
    });
    const kept = { cell, shown: this.#shownOf(key) };
    if (this.#isClosed) cell.close();
    else this.#rest(key, kept);
    return kept;
  }

  #wake(key: K, kept: Kept<V>): void {
    this.#idle.delete(key);
    this.#observed.set(key, kept);
  }

  #rest(key: K, kept: Kept<V>): void {
    this.#observed.delete(key);
    this.#idle.delete(key);
    this.#idle.set(key, kept);
    const { most, onGone } = this.#options;
    for (const oldest of this.#idle.keys()) {
      if (this.#idle.size <= most) return;
      this.#idle.delete(oldest);
      onGone?.(oldest);
    }
  }

  /** By its key: whoever holds it may hold it longer than the cell is kept. */
  #shownOf(key: K): Observable<V> {
    const cell = () => this.#get(key).cell;
    return {
      snapshot: () => cell().snapshot(),
      subscribe: (listener) => cell().subscribe(listener),
      async *[Symbol.asyncIterator]() {
        yield* cell();
      },
    };
  }
}
