/** Where a client keeps what it knows and what it wants: ordered tables, written atomically, shared by all tabs and processes of one user. @module */
import type { Records } from "./records.ts";

/** The tables; what is in them is in records.ts, as JSON keeps it: what is `undefined` is left out. */
export const TABLES = [
  ...["meta", "rows", "groups", "people", "streams", "events"] as const,
  ...["drafts", "outcomes", "refused", "marks", "wishes"] as const,
] as const;
export type Table = (typeof TABLES)[number];

/** What nobody else knows. A write to one of these outlives a power cut too; the rest can be had again from the server. */
export const IRREPLACEABLE: ReadonlySet<Table> = new Set(["drafts", "refused", "wishes"]);

export interface Entry<T extends Table = Table> {
  readonly key: string;
  readonly value: Records[T];
}

/**
 * Replaces what is there, unless that has a higher rank; no rank is lower than any. Tabs write in any order, and none takes another
 * back to an older state. Whoever deletes the entry forgets its rank too.
 */
export interface Put<T extends Table = Table> {
  readonly type: "put";
  readonly table: T;
  readonly key: string;
  readonly value: Records[T];
  readonly rank?: number;
}

/** Under a key after all that were ever given in the table, also those that are gone. */
export interface Append<T extends Table = Table> {
  readonly type: "append";
  readonly table: T;
  readonly value: Records[T];
}

export type Change =
  | { [T in Table]: Put<T> | Append<T> }[Table]
  | { readonly type: "delete"; readonly table: Table; readonly key: string }
  /** `from` and what follows it, up to but without `to`. */
  | { readonly type: "delete-range"; readonly table: Table; readonly from: string; readonly to: string }
  /**
   * Changes nothing. Unless this tab runs work under this name as the write is done, all of the write is refused with {@link LockLost}: what
   * was decided while one held the lock is not written by who was frozen and has lost it.
   */
  | { readonly type: "if-held"; readonly lock: string }
  | { [T in Table]: IfIs<T> }[Table];

/**
 * Changes nothing. Unless this is what the entry holds before the write (null: it is not there), all of the write is refused with
 * {@link Overtaken}: what follows from something that another tab has replaced is not written.
 */
export interface IfIs<T extends Table = Table> {
  readonly type: "if-is";
  readonly table: T;
  readonly key: string;
  readonly value: Records[T] | null;
}

export interface Range {
  /** The first key; left out: from the beginning. */
  readonly from?: string;
  /** The key after the last; left out: to the end. */
  readonly to?: string;
  /** At most so many entries. */
  readonly limit?: number;
  /** From the last key to the first. */
  readonly reverse?: boolean;
}

/**
 * Keys are compared as strings by code unit, and are at most 200 characters of printable ASCII; so are the ends of ranges. Every method
 * rejects with {@link StoreFailed} if what keeps the store refuses (a full disk, a revoked quota), and after `close`.
 */
export interface Store {
  /** Like every reading, it sees what this tab has asked to write before. */
  get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined>;
  /** In the order of the keys, as of one moment. */
  list<T extends Table>(table: T, range?: Range): Promise<readonly Entry<T>[]>;
  /**
   * All of it or nothing, in the order given, durably once it resolves: it outlives the end of the program. Resolves to the keys given to
   * the appends, in their order. Writes of one tab are done in the order of the calls.
   */
  write(changes: readonly Change[]): Promise<readonly string[]>;
  /** Called with the tables that other tabs and processes have written, soon after they did; returns what ends that. */
  watch(listener: (tables: ReadonlySet<Table>) => void): () => void;
  /**
   * Runs the work while nobody else who shares the store runs work under this name. Waits for its turn until the signal aborts; once it
   * runs, that signal has no say. The work's own signal aborts if the lock is lost (a process that was frozen for long), and at `close`.
   * @throws {DOMException} AbortError: the reason of the signal
   */
  exclusively<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T>;
  /** Waits for the writes that are under way, and gives up all locks. */
  close(): Promise<void>;
}

/** A store can't be opened, read or written: its `message` says why. */
export class StoreFailed extends Error {
  override readonly name = "StoreFailed";
}

export class LockLost extends Error {
  override readonly name = "LockLost";
}

export class Overtaken extends Error {
  override readonly name = "Overtaken";
}
