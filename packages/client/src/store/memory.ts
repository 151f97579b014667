/** A store that lasts as long as the program. @module */
import { unreachable } from "@gatz/domain";
import { appendedKey, checkedKey, checkedRange, checkedWrite, demand, type Edit, outranked } from "./checked_write.ts";
import type { Change, Entry, Range, Store, Table } from "./contract.ts";
import { Listeners } from "./listeners.ts";
import { Holdings, LocksInMemory, storeClosed } from "./locks.ts";
import type { Records } from "./records.ts";

/** What several stores of one program share, as tabs share a browser's. */
export class Memory {
  /** @internal */
  readonly tables = new Map<Table, MemoryTable>();
  /** @internal */
  readonly stores = new Set<MemoryStore>();
  /** @internal */
  readonly locks = new LocksInMemory();

  /** @internal */
  table(name: Table): MemoryTable {
    const found = this.tables.get(name) ?? new MemoryTable();
    this.tables.set(name, found);
    return found;
  }
}

/** A store for tests, for bots, and where nothing else is to be had. With a memory of its own, or beside others on one. */
export function memoryStore({ memory = new Memory() }: { readonly memory?: Memory } = {}): Store {
  return new MemoryStore(memory);
}

class MemoryStore implements Store {
  readonly #memory: Memory;
  readonly #closing = new AbortController();
  readonly #listeners = new Listeners();
  readonly #holdings: Holdings;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#holdings = new Holdings(memory.locks, this.#closing.signal);
    memory.stores.add(this);
  }

  get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined> {
    return this.#whileOpen(() => {
      const text = this.#memory.table(table).text(checkedKey(key));
      return text === undefined ? undefined : JSON.parse(text);
    });
  }

  list<T extends Table>(table: T, range: Range = {}): Promise<readonly Entry<T>[]> {
    return this.#whileOpen(() => {
      const found = this.#memory.table(table).list(checkedRange(range));
      return found.map(({ key, text }) => ({ key, value: JSON.parse(text) }));
    });
  }

  write(changes: readonly Change[]): Promise<readonly string[]> {
    return this.#whileOpen(() => {
      const { edits, tables, locks, conditions } = checkedWrite(changes);
      this.#holdings.demand(locks);
      for (const condition of conditions) demand(condition, this.#memory.table(condition.table).text(condition.key));
      const keys = edits.flatMap((edit) => this.#memory.table(edit.table).take(edit));
      for (const store of this.#memory.stores) if (store !== this) store.#listeners.tell(tables);
      return keys;
    });
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    return this.#listeners.add(listener);
  }

  async exclusively<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    return await this.#holdings.run(name, signal, work);
  }

  close(): Promise<void> {
    this.#memory.stores.delete(this);
    this.#listeners.clear();
    this.#closing.abort(storeClosed());
    return Promise.resolve();
  }

  /** Done at once; what it throws is a rejection. */
  #whileOpen<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#closing.signal.throwIfAborted();
      resolve(work());
    });
  }
}

interface Kept {
  readonly text: string;
  readonly rank: number | null;
}

class MemoryTable {
  readonly #kept = new Map<string, Kept>();
  /** In order. */
  readonly #keys: string[] = [];
  #appended = 0;

  text(key: string): string | undefined {
    return this.#kept.get(key)?.text;
  }

  list({ from, to, limit, reverse }: Range): readonly { readonly key: string; readonly text: string }[] {
    const [first, end] = this.#between(from, to);
    const count = Math.min(limit ?? Infinity, end - first);
    const keys = reverse ? this.#keys.slice(end - count, end).reverse() : this.#keys.slice(first, first + count);
    return keys.map((key) => ({ key, text: this.text(key) ?? "" }));
  }

  /** The keys that were given. */
  take(edit: Edit): readonly string[] {
    switch (edit.type) {
      case "put":
        if (!outranked(edit.rank, this.#kept.get(edit.key)?.rank)) this.#put(edit.key, edit);
        return [];
      case "append": {
        const key = appendedKey(++this.#appended);
        this.#put(key, { text: edit.text, rank: null });
        return [key];
      }
      case "delete":
        if (this.#kept.delete(edit.key)) this.#keys.splice(this.#place(edit.key), 1);
        return [];
      case "delete-range": {
        const [first, end] = this.#between(edit.from, edit.to);
        for (const key of this.#keys.splice(first, end - first)) this.#kept.delete(key);
        return [];
      }
      default:
        return unreachable(edit);
    }
  }

  #put(key: string, { text, rank }: Kept): void {
    if (!this.#kept.has(key)) this.#keys.splice(this.#place(key), 0, key);
    this.#kept.set(key, { text, rank });
  }

  #between(from?: string, to?: string): readonly [first: number, end: number] {
    const first = from === undefined ? 0 : this.#place(from);
    return [first, Math.max(first, to === undefined ? this.#keys.length : this.#place(to))];
  }

  /** How many keys are before this one. */
  #place(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
