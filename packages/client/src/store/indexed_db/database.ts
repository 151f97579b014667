/** IndexedDB with promises. @module */
import {
  browser,
  type Database,
  type Durability,
  type Mode,
  type ObjectStore,
  type Request,
  type Transaction,
} from "./browser.ts";
import { StoreFailed } from "../contract.ts";
import { CLEARED } from "../meta.ts";
import { STORE_FORMAT } from "../records.ts";
import { between, place } from "./places.ts";

/** An entry's value: its key is beside it. */
export interface Kept {
  readonly text: string;
  readonly rank: number | null;
}

/** The entries of all tables by `table key`, and by table the number of its appends. */
export interface Stores {
  readonly entries: ObjectStore<Kept>;
  readonly appends: ObjectStore<number>;
}

/** @throws {StoreFailed} if the browser has none, or gives none: in some private windows, or with storage blocked. */
export async function openDatabase(name: string): Promise<Database> {
  if (browser.indexedDB === undefined) throw new StoreFailed("there is no IndexedDB here");
  try {
    const request = browser.indexedDB.open(name, STORE_FORMAT);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion > 0) return clear(request.transaction.objectStore("entries"));
      request.result.createObjectStore("entries");
      request.result.createObjectStore("appends");
    };
    return await result(request);
  } catch (error) {
    throw refused(error);
  }
}

/** An older program's: in the transaction that changes the version. */
function clear(entries: ObjectStore<Kept>): void {
  for (const { table, from, to } of CLEARED) {
    const within = between(place(table, from), place(table, to));
    if (within !== undefined) entries.delete(within);
  }
}

/** What a request answers. */
export function result<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * All that `act` asks for, or nothing. Transactions are done in the order in which this is called, by this tab and by others, reading ones
 * side by side. `strict`: it outlives a power cut too.
 */
export async function transaction<T>(
  database: Database,
  { mode, durability = "default" }: { readonly mode: Mode; readonly durability?: Durability },
  act: (stores: Stores) => Promise<T>,
): Promise<T> {
  try {
    const begun = database.transaction(["entries", "appends"], mode, { durability });
    const ended = new Promise<void>((resolve, reject) => {
      begun.oncomplete = () => resolve();
      begun.onabort = () => reject(begun.error);
    });
    const acted = act({ entries: begun.objectStore("entries"), appends: begun.objectStore("appends") });
    acted.catch(() => abort(begun));
    // The end says why: what is asked of a transaction that has failed is told no more than that.
    const [outcome, end] = await Promise.allSettled([acted, ended]);
    if (end.status === "rejected" && end.reason !== null) throw end.reason;
    if (outcome.status === "rejected") throw outcome.reason;
    if (end.status === "rejected") throw new StoreFailed("the browser ended a transaction");
    return outcome.value;
  } catch (error) {
    throw refused(error);
  }
}

/** Unless it has ended already. */
function abort(begun: Transaction): void {
  try {
    begun.abort();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
  }
}

function refused(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  const { name, message } = error;
  if (name === "QuotaExceededError") {
    return new StoreFailed("the browser's room for this site is used up", { cause: error });
  }
  if (name === "VersionError") {
    return new StoreFailed("a newer version of this program wrote the store", { cause: error });
  }
  return new StoreFailed(`the browser's storage refuses: ${message || name}`, { cause: error });
}
