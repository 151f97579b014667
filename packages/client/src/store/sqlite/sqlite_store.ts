/** A store in an SQLite file, which several processes may share. @module */
import { unreachable } from "@gatz/domain";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { appendedKey, checkedKey, checkedRange, checkedWrite, demand, type Edit } from "../checked_write.ts";
import { type Change, type Entry, IRREPLACEABLE, type Range, type Store, type Table } from "../contract.ts";
import { Holdings, storeClosed } from "../locks.ts";
import type { Records } from "../records.ts";
import { demandFormat, openSqliteFile, transaction, whenFree } from "./sqlite_file.ts";
import { SqliteLocks } from "./sqlite_locks.ts";
import { SqliteNews } from "./sqlite_news.ts";

const LEASE_MS = 5_000;
/** Greater than any key, which are printable ASCII: a bound that may be missing is none that an index can end at. */
const PAST_ALL = "\x7f";

/** What {@link sqliteStore} is given. */
export interface SqliteStoreOptions {
  /** Of the file, in a folder that is there. Beside it are two more files while it is open, and an empty one for each lock. */
  readonly path: string;
  /** How long a process may stand still before others take its locks. At most 60,000; default: 5,000. */
  readonly leaseMs?: number;
}

/**
 * For Deno, and Node from 22.13 on. Rejects with `StoreFailed` if there is no such folder, no permission, or something else in the file.
 */
export async function sqliteStore({ path, leaseMs = LEASE_MS }: SqliteStoreOptions): Promise<Store> {
  const file = await openSqliteFile(path);
  return await whenFree(() => new SqliteStore(file, new SqliteLocks({ file, path, leaseMs })));
}

class SqliteStore implements Store {
  readonly #file: DatabaseSync;
  readonly #holdings: Holdings;
  readonly #news: SqliteNews;
  readonly #statements: Statements;
  readonly #closing = new AbortController();
  /** Ends when all that was asked for is done. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(file: DatabaseSync, locks: SqliteLocks) {
    this.#file = file;
    this.#holdings = new Holdings(locks, this.#closing.signal);
    this.#news = new SqliteNews(file);
    this.#statements = prepare(file);
  }

  async get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined> {
    this.#closing.signal.throwIfAborted();
    checkedKey(key);
    const text = await this.#inTurn(() => this.#text(table, key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  async list<T extends Table>(table: T, range: Range = {}): Promise<readonly Entry<T>[]> {
    this.#closing.signal.throwIfAborted();
    const { from = "", to = PAST_ALL, limit = -1, reverse } = checkedRange(range);
    const statement = this.#statements[reverse ? "listBackwards" : "list"];
    const rows = await this.#inTurn(() => statement.all(table, from, to, limit));
    return rows.map(({ key, text }) => ({ key: String(key), value: JSON.parse(String(text)) }));
  }

  async write(changes: readonly Change[]): Promise<readonly string[]> {
    this.#closing.signal.throwIfAborted();
    const { edits, tables, locks, conditions } = checkedWrite(changes);
    const durable = [...tables].some((table) => IRREPLACEABLE.has(table));
    const { keys, counted } = await this.#inTurn(() =>
      transaction(this.#file, { durable }, () => {
        demandFormat(this.#file);
        this.#holdings.demand(locks);
        for (const condition of conditions) demand(condition, this.#text(condition.table, condition.key));
        return { keys: edits.flatMap((edit) => this.#take(edit)), counted: this.#news.count(tables) };
      })
    );
    this.#news.committed(counted);
    return keys;
  }

  /** Looks at the file every 100 ms: nothing else tells of other processes. */
  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    return this.#news.watch(listener);
  }

  async exclusively<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    return await this.#holdings.run(name, signal, work);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return await this.#lastTurn.then(() => {});
    this.#closing.abort(storeClosed());
    this.#news.close();
    await this.#inTurn(() => this.#file.close());
  }

  #text(table: Table, key: string): string | undefined {
    const row = this.#statements.get.get(table, key);
    return row === undefined ? undefined : String(row.text);
  }

  /** One after the other, as they were asked for, also if another process is in the way meanwhile. */
  #inTurn<T>(act: () => T): Promise<T> {
    const turn = this.#lastTurn.then(() => whenFree(act));
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  /** The keys that were given. */
  #take(edit: Edit): readonly string[] {
    const { put, append, remove, removeRange } = this.#statements;
    switch (edit.type) {
      case "put":
        put.run(edit.table, edit.key, edit.rank, edit.text);
        return [];
      case "append": {
        const key = appendedKey(Number(append.get(edit.table)?.appended));
        put.run(edit.table, key, null, edit.text);
        return [key];
      }
      case "delete":
        remove.run(edit.table, edit.key);
        return [];
      case "delete-range":
        removeRange.run(edit.table, edit.from, edit.to);
        return [];
      default:
        return unreachable(edit);
    }
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(file: DatabaseSync) {
  // Numbered parameters (?1) can't be bound by their place in Node 22.
  const list = (order: "ASC" | "DESC"): StatementSync =>
    file.prepare(
      `SELECT key, text FROM entries WHERE tab = ? AND key >= ? AND key < ? ORDER BY key ${order} LIMIT ?`,
    );
  return {
    get: file.prepare("SELECT text FROM entries WHERE tab = ? AND key = ?"),
    list: list("ASC"),
    listBackwards: list("DESC"),
    put: file.prepare(
      `INSERT INTO entries (tab, key, rank, text) VALUES (?, ?, ?, ?) ON CONFLICT (tab, key) DO UPDATE
       SET rank = excluded.rank, text = excluded.text WHERE entries.rank IS NULL OR excluded.rank >= entries.rank`,
    ),
    append: file.prepare(
      `INSERT INTO tabs (name, appended) VALUES (?, 1) ON CONFLICT (name) DO UPDATE
       SET appended = appended + 1 RETURNING appended`,
    ),
    remove: file.prepare("DELETE FROM entries WHERE tab = ? AND key = ?"),
    removeRange: file.prepare("DELETE FROM entries WHERE tab = ? AND key >= ? AND key < ?"),
  };
}
