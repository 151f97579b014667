/** What is used of a browser beside what Deno has too. Its own types would be those of every program that imports the client. @module */

export interface Browser {
  readonly indexedDB?: { open(name: string, version: number): OpenRequest };
  readonly IDBKeyRange: {
    bound(lower: string, upper: string, lowerOpen: boolean, upperOpen: boolean): KeyRange;
    only(key: string): KeyRange;
  };
  readonly navigator: { readonly locks?: LockManager };
}

export interface Request<T> {
  readonly result: T;
  readonly error: DOMException | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface OpenRequest extends Request<Database> {
  /** Of a change of the version. */
  readonly transaction: Transaction;
  onupgradeneeded: ((change: { readonly oldVersion: number }) => void) | null;
}

export interface Database {
  createObjectStore(name: string): unknown;
  transaction(stores: readonly string[], mode: Mode, options: { readonly durability: Durability }): Transaction;
  close(): void;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
}

export type Mode = "readonly" | "readwrite";
export type Durability = "default" | "relaxed" | "strict";

export interface Transaction {
  readonly error: DOMException | null;
  objectStore<T>(name: string): ObjectStore<T>;
  abort(): void;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}

/** With keys beside the values. */
export interface ObjectStore<T> {
  get(key: string): Request<T | undefined>;
  getAll(within: KeyRange, count?: number): Request<readonly T[]>;
  getAllKeys(within: KeyRange, count?: number): Request<readonly string[]>;
  put(value: T, key: string): unknown;
  delete(at: string | KeyRange): unknown;
  openKeyCursor(within: KeyRange, direction: "prev"): Request<Cursor | null>;
}

export interface KeyRange {
  readonly upper: string;
}

interface Cursor {
  readonly key: string;
  advance(count: number): void;
}

export interface LockManager {
  request(name: string, options: { readonly signal: AbortSignal }, work: () => Promise<void>): Promise<void>;
}

/** This program's, which may be none. */
export const browser = globalThis as unknown as Browser;
