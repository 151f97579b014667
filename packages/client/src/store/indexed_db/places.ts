/** Where entries are in IndexedDB: all tables in one object store. @module */
import type { Table } from "../contract.ts";
import { browser, type KeyRange } from "./browser.ts";

// A table's name has no space, and "!" follows " ".
export const place = (table: Table, key: string): string => `${table} ${key}`;
export const endOf = (table: Table): string => `${table}!`;

/** Undefined if nothing can be there: IndexedDB refuses such a range. */
export const between = (from: string, to: string): KeyRange | undefined =>
  from < to ? browser.IDBKeyRange.bound(from, to, false, true) : undefined;
