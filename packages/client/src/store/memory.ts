/** A store that lasts as long as the program. @module */
import { unreachable } from "@gatz/domain";
import {
  appendedKey,
  type ChangeText,
  changeTexts,
  checkedKey,
  checkedRange,
  outranked,
  tablesOf,
} from "./change_texts.ts";
import { type Change, type Entry, LockLost, type Range, type Store, type Table } from "./contract.ts";
import { exclusively, LocksInMemory, storeClosed } from "./locks.ts";
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
  readonly #listeners = new Set<(tables: ReadonlySet<Table>) => void>();
  readonly #held = new Set<string>();

  constructor(memory: Memory) {
    this.#memory = memory;
    memory.stores.add(this);
  }

  // deno-lint-ignore require-await -- what it throws is to be a rejection
  async get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined> {
    this.#closing.signal.throwIfAborted();
    const text = this.#memory.table(table).text(checkedKey(key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  // deno-lint-ignore require-await -- as above
  async list<T extends Table>(table: T, range: Range = {}): Promise<readonly Entry<T>[]> {
    this.#closing.signal.throwIfAborted();
    const found = this.#memory.table(table).list(checkedRange(range));
    return found.map(({ key, text }) => ({ key, value: JSON.parse(text) }));
  }

  // deno-lint-ignore require-await -- as above
  async write(changes: readonly Change[]): Promise<readonly string[]> {
    this.#closing.signal.throwIfAborted();
    const texts = changeTexts(changes);
    for (const change of texts) {
      if (change.type === "if-held" && !this.#held.has(change.lock)) throw new LockLost(change.lock);
    }
    const keys = texts.flatMap((change) =>
      change.type === "if-held" ? [] : this.#memory.table(change.table).take(change)
    );
    const tables = tablesOf(texts);
    if (tables.size > 0) { for (const store of this.#memory.stores) if (store !== this) store.#tell(tables); }
    return keys;
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    // A function of its own: the same listener may be given twice.
    const mine = (tables: ReadonlySet<Table>) => listener(tables);
    this.#listeners.add(mine);
    return () => this.#listeners.delete(mine);
  }

  async exclusively<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    const holding = async (held: AbortSignal) => {
      this.#held.add(name);
      try {
        return await work(held);
      } finally {
        this.#held.delete(name);
      }
    };
    return await exclusively({
      locks: this.#memory.locks,
      name,
      signal,
      closing: this.#closing.signal,
      work: holding,
    });
  }

  // deno-lint-ignore require-await -- as above
  async close(): Promise<void> {
    this.#memory.stores.delete(this);
    this.#listeners.clear();
    this.#closing.abort(storeClosed());
  }

  #tell(tables: ReadonlySet<Table>): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(tables);
      });
    }
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
  take(change: Exclude<ChangeText, { readonly type: "if-held" }>): readonly string[] {
    switch (change.type) {
      case "put":
        if (!outranked(change.rank, this.#kept.get(change.key)?.rank)) this.#put(change.key, change);
        return [];
      case "append": {
        const key = appendedKey(++this.#appended);
        this.#put(key, { text: change.text, rank: null });
        return [key];
      }
      case "delete":
        if (this.#kept.delete(change.key)) this.#keys.splice(this.#place(change.key), 1);
        return [];
      case "delete-range": {
        const [first, end] = this.#between(change.from, change.to);
        for (const key of this.#keys.splice(first, end - first)) this.#kept.delete(key);
        return [];
      }
      default:
        return unreachable(change);
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
