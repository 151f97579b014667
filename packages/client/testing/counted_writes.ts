/** A history of writes of which one sees how much of it is there, and whether any of it is there in part. @module */
import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import type { Change, Store, Table } from "../src/store/contract.ts";
import { append, listed, put, until } from "./store_words.ts";

export interface CountedWrites {
  /** Asserts that just the first n writes are there, no fewer than were resolved and no more than were asked for; returns n. */
  whole(store: Store): Promise<number>;
  /** Writes on until `cut` ends whatever the store lives in; that comes at some moment after the first write. */
  writeUntil(store: Store, cut: () => Promise<unknown>): Promise<void>;
}

/** `appendsTo`: drafts, or a table that is written with less care. */
export function countedWrites(appendsTo: "drafts" | "people"): CountedWrites {
  let [asked, resolved] = [0, 0];
  const next = async (store: Store) => {
    const n = ++asked;
    await store.write(nth(n, appendsTo));
    resolved = Math.max(resolved, n);
  };
  return {
    whole: async (store) => {
      const n = Number(await store.get("meta", "place") ?? 0);
      ok(resolved <= n && n <= asked, `${n} are there of ${asked} that were asked for, ${resolved} were resolved`);
      deepStrictEqual(await listed(store, "rows"), n === 0 ? [] : ["a", "b", "c"].map((key) => [key, n]));
      deepStrictEqual(await listed(store, "events"), n === 0 ? [] : [[String(n), n]]);
      const appended = (await listed(store, appendsTo)).map(([, value]) => value);
      deepStrictEqual(appended, Array.from({ length: n }, (_, i) => i + 1));
      [asked, resolved] = [n, n];
      return n;
    },
    writeUntil: async (store, cut) => {
      const before = resolved;
      const writing = rejects(
        async () => {
          // Several at a time: some are always asked for and not done.
          for (;;) await Promise.all([next(store), next(store), next(store)]);
        },
        /the other side is gone/,
      );
      await until(() => resolved > before);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await cut();
      await writing;
    },
  };
}

/** Each replaces what the one before it left, and appends. */
const nth = (n: number, appendsTo: Table): readonly Change[] => [
  ...["a", "b", "c"].map((key) => put("rows", key, n, n)),
  append(appendsTo, n),
  { type: "delete-range", table: "events", from: "0", to: "~" },
  put("events", String(n), n),
  put("meta", "place", n),
];
