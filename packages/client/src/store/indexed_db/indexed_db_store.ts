/** A store in the browser, which the tabs of an origin share. @module */
import { checkedKey, checkedRange, checkedWrite } from "../checked_write.ts";
import {
  type Change,
  type Entry,
  IRREPLACEABLE,
  type Range,
  type Store,
  StoreFailed,
  type Table,
} from "../contract.ts";
import { Holdings, storeClosed } from "../locks.ts";
import type { Records } from "../records.ts";
import { browser, type Database, type KeyRange, type ObjectStore } from "./browser.ts";
import { type Kept, openDatabase, result, type Stores, transaction } from "./database.ts";
import { edit } from "./edits.ts";
import { between, endOf, place } from "./places.ts";
import { TabNews } from "./tab_news.ts";
import { WebLocks } from "./web_locks.ts";

/** What {@link indexedDbStore} is given. */
export interface IndexedDbOptions {
  /** Of the database; all that is opened under it is one user's. */
  readonly name: string;
}

/** For browsers. Rejects with `StoreFailed` where the browser gives no storage: an app may go on with a store in memory. */
export async function indexedDbStore({ name }: IndexedDbOptions): Promise<Store> {
  return new IndexedDbStore(name, await openDatabase(name));
}

class IndexedDbStore implements Store {
  readonly #database: Database;
  readonly #closing = new AbortController();
  readonly #holdings: Holdings;
  readonly #news: TabNews;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(name: string, database: Database) {
    this.#database = database;
    this.#holdings = new Holdings(new WebLocks(`gatz ${name}`, () => this.#written()), this.#closing.signal);
    this.#news = new TabNews(`gatz ${name}`);
    // Somebody deletes it, or opens it with a newer program; or the browser has thrown it away.
    database.onversionchange = database.onclose = () =>
      void this.#end(new StoreFailed("the store was taken away: the page has to be loaded anew"));
  }

  async get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined> {
    this.#closing.signal.throwIfAborted();
    const at = place(table, checkedKey(key));
    const kept = await this.#read(({ entries }) => result(entries.get(at)));
    return kept === undefined ? undefined : JSON.parse(kept.text);
  }

  async list<T extends Table>(table: T, range: Range = {}): Promise<readonly Entry<T>[]> {
    this.#closing.signal.throwIfAborted();
    const { from, to, limit, reverse } = checkedRange(range);
    const within = between(place(table, from ?? ""), to === undefined ? endOf(table) : place(table, to));
    if (within === undefined || limit === 0) return [];
    const [places, all] = await this.#read(async ({ entries }) => {
      const last = reverse && limit !== undefined ? await lastOf(entries, { within, limit }) : within;
      return await Promise.all([result(entries.getAllKeys(last, limit)), result(entries.getAll(last, limit))]);
    });
    const found = all.map(({ text }, i) => ({
      key: (places[i] ?? "").slice(table.length + 1),
      value: JSON.parse(text),
    }));
    return reverse ? found.reverse() : found;
  }

  async write(changes: readonly Change[]): Promise<readonly string[]> {
    this.#closing.signal.throwIfAborted();
    const { edits, tables, locks, conditions } = checkedWrite(changes);
    this.#holdings.demand(locks);
    if (edits.length + conditions.length === 0) return [];
    const durability = [...tables].some((table) => IRREPLACEABLE.has(table)) ? "strict" : "relaxed";
    const writing = transaction(
      this.#database,
      { mode: "readwrite", durability },
      (stores) => edit(stores, { edits, conditions }),
    );
    const told = this.#news.of(tables, writing);
    this.#writing.add(told);
    try {
      return await told;
    } finally {
      this.#writing.delete(told);
    }
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    return this.#news.watch(listener);
  }

  async exclusively<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    return await this.#holdings.run(name, signal, work);
  }

  async close(): Promise<void> {
    await this.#end(storeClosed());
  }

  async #end(reason: StoreFailed): Promise<void> {
    this.#closing.abort(reason);
    await this.#written();
    this.#news.close();
    this.#database.close();
  }

  #read<T>(act: (stores: Stores) => Promise<T>): Promise<T> {
    return transaction(this.#database, { mode: "readonly" }, act);
  }

  async #written(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }
}

/** The part of a range that holds its last entries, without reading more than their keys. */
async function lastOf(
  entries: ObjectStore<Kept>,
  { within, limit }: { readonly within: KeyRange; readonly limit: number },
): Promise<KeyRange> {
  const request = entries.openKeyCursor(within, "prev");
  const last = await result(request);
  if (last === null || limit === 1) return last === null ? within : browser.IDBKeyRange.only(last.key);
  last.advance(limit - 1);
  const first = await result(request);
  return first === null ? within : browser.IDBKeyRange.bound(first.key, within.upper, false, true);
}
