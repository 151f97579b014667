/** The words in which the laws of stores are written. @module */
import { ok } from "node:assert/strict";
import type { Change, Entry, Range, Store, Table } from "../src/store/contract.ts";

/** Where stores of one user meet: empty at first. */
export interface Place extends AsyncDisposable {
  /** Each time another tab or process. */
  open(): Promise<Store>;
}

export type Law = (place: Place) => Promise<void>;

/** Values of any kind: what the tables hold in earnest does not matter here. */
export const put = (table: Table, key: string, value: unknown, rank?: number): Change =>
  ({ type: "put", table, key, value, rank }) as Change;
export const append = (table: Table, value: unknown): Change => ({ type: "append", table, value }) as Change;
export const listed = async (
  store: Store,
  table: Table,
  range?: Range,
): Promise<readonly (readonly [string, unknown])[]> =>
  (await store.list(table, range)).map(({ key, value }: Entry) => [key, value]);

/** Waits for what becomes so by itself. */
export async function until(holds: () => boolean | Promise<boolean>, { withinMs = 8_000 } = {}): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!await holds()) {
    ok(performance.now() < deadline, `it is still not so after ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
