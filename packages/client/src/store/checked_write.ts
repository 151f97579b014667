/** Changes as the stores keep them: checked, and with their values as JSON. @module */
import { assert, unreachable } from "@gatz/domain";
import { type Change, type IfIs, Overtaken, type Range, type Table } from "./contract.ts";

/** A change of an entry. */
export type Edit =
  | {
    readonly type: "put";
    readonly table: Table;
    readonly key: string;
    readonly text: string;
    readonly rank: number | null;
  }
  | { readonly type: "append"; readonly table: Table; readonly text: string }
  | Extract<Change, { readonly type: "delete" | "delete-range" }>;

export interface CheckedWrite {
  readonly edits: readonly Edit[];
  readonly tables: ReadonlySet<Table>;
  /** Those that have to be held. */
  readonly locks: readonly string[];
  readonly conditions: readonly Condition[];
}

/** What an entry has to be for the write to be done; null: not there. */
export interface Condition {
  readonly table: Table;
  readonly key: string;
  readonly text: string | null;
}

const KEY = /^[\x20-\x7e]{1,200}$/;
/** Enough for every safe integer. */
const APPENDED_DIGITS = 16;

/** @throws {AssertionFailed} */
export function checkedWrite(changes: readonly Change[]): CheckedWrite {
  const edits = changes.flatMap((change) =>
    change.type === "if-held" || change.type === "if-is" ? [] : [checkedEdit(change)]
  );
  const locks = changes.flatMap((change) => change.type === "if-held" ? [change.lock] : []);
  const conditions = changes.flatMap((change): Condition[] => change.type === "if-is" ? [conditionOf(change)] : []);
  return { edits, tables: new Set(edits.map(({ table }) => table)), locks, conditions };
}

function conditionOf({ table, key, value }: IfIs): Condition {
  return { table, key: checkedKey(key), text: value === null ? null : JSON.stringify(value) };
}

/** @throws {Overtaken} */
export function demand({ table, key, text }: Condition, there: string | undefined): void {
  if (text !== (there ?? null)) throw new Overtaken(`${table} ${key} is not what it was`);
}

function checkedEdit(change: Exclude<Change, { readonly type: "if-held" | "if-is" }>): Edit {
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
    default:
      return unreachable(change);
  }
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
