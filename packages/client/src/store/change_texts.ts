/** Changes as the stores keep them: checked, and with their values as JSON. @module */
import { assert, unreachable } from "@gatz/domain";
import type { Change, Range, Table } from "./contract.ts";

export type ChangeText =
  | {
    readonly type: "put";
    readonly table: Table;
    readonly key: string;
    readonly text: string;
    readonly rank: number | null;
  }
  | { readonly type: "append"; readonly table: Table; readonly text: string }
  | Exclude<Change, { readonly type: "put" | "append" }>;

const KEY = /^[\x20-\x7e]{1,200}$/;
/** Enough for every safe integer. */
const APPENDED_DIGITS = 16;

/** @throws {AssertionFailed} before anything is written */
export function changeTexts(changes: readonly Change[]): readonly ChangeText[] {
  return changes.map((change) => {
    switch (change.type) {
      case "put": {
        const { type, table, rank = null } = change;
        assert(rank === null || Number.isFinite(rank), `a rank of ${rank}`);
        return { type, table, key: checkedKey(change.key), text: JSON.stringify(change.value), rank };
      }
      case "append":
        return { type: change.type, table: change.table, text: JSON.stringify(change.value) };
      case "delete":
        return { ...change, key: checkedKey(change.key) };
      case "delete-range":
        return { ...change, from: checkedKey(change.from), to: checkedKey(change.to) };
      case "if-held":
        return change;
      default:
        return unreachable(change);
    }
  });
}

export function checkedKey(key: string): string {
  assert(KEY.test(key), `a key is 1 to 200 printable characters of ASCII: ${JSON.stringify(key)}`);
  return key;
}

export function checkedRange({ from, to, limit, reverse = false }: Range): Range & { readonly reverse: boolean } {
  for (const end of [from, to]) if (end !== undefined) checkedKey(end);
  assert(limit === undefined || (Number.isSafeInteger(limit) && limit >= 0), `a limit of ${limit}`);
  return { from, to, limit, reverse };
}

/** The key of the n-th append to a table, counted from 1. */
export const appendedKey = (n: number): string => String(n).padStart(APPENDED_DIGITS, "0");

/** Whether a put of this rank gives way to what is there; null: no rank. */
export const outranked = (rank: number | null, there: number | null | undefined): boolean =>
  typeof there === "number" && (rank === null || rank < there);

export const tablesOf = (changes: readonly ChangeText[]): ReadonlySet<Table> =>
  new Set(changes.flatMap((change) => change.type === "if-held" ? [] : [change.table]));
