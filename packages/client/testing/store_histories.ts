/** Random histories of two tabs, against the simplest thing that could be right: all entries in an array. @module */
import fc from "fast-check";
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Change, Range, Table } from "../src/store/contract.ts";
import { append, type Law, listed, put } from "./store_words.ts";

interface Row {
  readonly table: Table;
  readonly key: string;
  readonly value: unknown;
  readonly rank: number | undefined;
}

const USED: readonly Table[] = ["rows", "events"];
// "!" follows " ", upper case is before lower, and numbers are texts: an order by anything but code units would show.
const keys = fc.stringMatching(/^[ !09Aa~]{1,3}$/);
const tables = fc.constantFrom(...USED);
const ranks = fc.constantFrom(undefined, undefined, -1, 0, 1, 1.5, 2, Number.MAX_SAFE_INTEGER);
const changes: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(tables, keys, fc.nat(), ranks).map(([table, ...rest]) => put(table, ...rest) as Edit),
  },
  { weight: 2, arbitrary: fc.tuple(tables, fc.nat()).map(([table, value]) => append(table, value) as Edit) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("delete" as const), table: tables, key: keys }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("delete-range" as const), table: tables, from: keys, to: keys }),
  },
);
const ranges: fc.Arbitrary<Range> = fc.record(
  { from: keys, to: keys, limit: fc.nat(6), reverse: fc.boolean() },
  { requiredKeys: [] },
);
const history = fc.array(
  fc.record({ writer: fc.nat(1), changes: fc.array(changes, { minLength: 1, maxLength: 8 }), range: ranges }),
  { minLength: 1, maxLength: 8 },
);

export const storeHistories = (numRuns: number): Record<string, Law> => ({
  "[LIVE3] whatever two tabs write, both find what the rules leave there, in every range": async (place) => {
    const stores = [await place.open(), await place.open()];
    const given = new Map<Table, string>();
    const run = async (steps: typeof history extends fc.Arbitrary<infer T> ? T : never) => {
      await stores[0]!.write(USED.map((table) => ({ type: "delete-range", table, from: " ", to: "~~~~" })));
      let model: readonly Row[] = [];
      for (const { writer, changes, range } of steps) {
        const appended = [...await stores[writer]!.write(changes)];
        for (const change of changes) {
          const key = change.type === "append" ? appended.shift() ?? "" : "";
          if (change.type === "append") {
            ok(key > (given.get(change.table) ?? ""), `${key} is not after ${given.get(change.table)}`);
            given.set(change.table, key);
          }
          model = after(model, change, key);
        }
        const asked = USED.flatMap((table) =>
          stores.flatMap((store) => [range, {}].map((part) => ({ store, table, part })))
        );
        const found = await Promise.all(asked.map(({ store, table, part }) => listed(store, table, part)));
        deepStrictEqual(found, asked.map(({ table, part }) => within(model, table, part)));
      }
    };
    await fc.assert(fc.asyncProperty(history, run), { numRuns });
  },
});

type Edit = Exclude<Change, { readonly type: "if-held" | "if-is" }>;

function after(rows: readonly Row[], change: Edit, appendedKey: string): readonly Row[] {
  const { table } = change;
  const without = (isGone: (key: string) => boolean) => rows.filter((row) => row.table !== table || !isGone(row.key));
  switch (change.type) {
    case "put": {
      const { key, value, rank } = change;
      const there = rows.find((row) => row.table === table && row.key === key);
      if ((there?.rank ?? -Infinity) > (rank ?? -Infinity)) return rows;
      return [...without((other) => other === key), { table, key, value, rank }];
    }
    case "append":
      return [...without((other) => other === appendedKey), {
        table,
        key: appendedKey,
        value: change.value,
        rank: undefined,
      }];
    case "delete":
      return without((key) => key === change.key);
    case "delete-range":
      return without((key) => key >= change.from && key < change.to);
  }
}

function within(rows: readonly Row[], table: Table, { from, to, limit, reverse }: Range) {
  const inRange = rows
    .filter((row) =>
      row.table === table && (from === undefined || row.key >= from) && (to === undefined || row.key < to)
    )
    .sort((a, b) => a.key < b.key ? -1 : 1);
  if (reverse) inRange.reverse();
  return inRange.slice(0, limit).map(({ key, value }) => [key, value]);
}
