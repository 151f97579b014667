/** The entries of `meta` that say what a store is, and what goes when that is something else. @module */
import type { Change, Table } from "./contract.ts";
import type { PlaceRecord, SelfRecord } from "./records.ts";

export const SELF_KEY = "self";
export const PLACE_KEY = "place";
export const LIFE_KEY = "life";
export const TURN_KEY = "turn";

export const putSelf = (self: SelfRecord): Change => ({ type: "put", table: "meta", key: SELF_KEY, value: self });
export const putPlace = (place: PlaceRecord): Change => ({ type: "put", table: "meta", key: PLACE_KEY, value: place });

/** Before and after all keys, which are printable ASCII. */
const ALL = { from: "!", to: "~~" };
const deleted = (...tables: readonly Table[]) =>
  tables.map((table) => ({ type: "delete-range", table, ...ALL }) as const);
const ALL_LISTS = deleted("rows", "groups", "people", "marks");

/** Takes away all that another life of the installation (LOG9), or another format of the store, makes worthless: drafts, and whose they are, stay. */
export const CLEARED: readonly Extract<Change, { readonly type: "delete-range" }>[] = [
  { type: "delete-range", table: "meta", from: ALL.from, to: LIFE_KEY },
  { type: "delete-range", table: "meta", from: `${LIFE_KEY} `, to: SELF_KEY },
  { type: "delete-range", table: "meta", from: `${SELF_KEY} `, to: ALL.to },
  ...ALL_LISTS,
  ...deleted("streams", "events"),
];

/** Takes away what is worth nothing without a cursor: of streams each record says how far it goes. */
export const LISTS_CLEARED: readonly Change[] = [
  { type: "delete-range", table: "meta", from: ALL.from, to: LIFE_KEY },
  ...ALL_LISTS,
];
