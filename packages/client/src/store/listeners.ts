/** Who wants to know what other tabs and processes have written. @module */
import type { Table } from "./contract.ts";

type Listener = (tables: ReadonlySet<Table>) => void;

export class Listeners {
  readonly #listeners = new Set<Listener>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns what ends it. */
  add(listener: Listener): () => void {
    // A function of its own: the same listener may be given twice.
    const mine: Listener = (tables) => listener(tables);
    this.#listeners.add(mine);
    return () => this.#listeners.delete(mine);
  }

  /** Each on its own: one that throws keeps it from nobody. */
  tell(tables: ReadonlySet<Table>): void {
    if (tables.size === 0) return;
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(tables);
      });
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
