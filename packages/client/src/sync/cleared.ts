/** What a store begins anew with: whose it is, and the drafts. @module */
import type { Change } from "../store/contract.ts";
import type { PlaceRecord, SelfRecord } from "../store/records.ts";

export const SELF_KEY = "self";
export const PLACE_KEY = "place";

export const putSelf = (self: SelfRecord): Change => ({ type: "put", table: "meta", key: SELF_KEY, value: self });
export const putPlace = (place: PlaceRecord): Change => ({ type: "put", table: "meta", key: PLACE_KEY, value: place });

/** Before and after all keys, which are printable ASCII. */
const ALL = { from: "!", to: "~~" };

/** Takes away all that another life of the installation, or another form of the store, makes worthless (LOG9). */
export const CLEARED: readonly Change[] = [
  { type: "delete-range", table: "meta", from: ALL.from, to: SELF_KEY },
  { type: "delete-range", table: "meta", from: `${SELF_KEY} `, to: ALL.to },
  ...(["rows", "groups", "people", "streams", "events", "marks"] as const)
    .map((table): Change => ({ type: "delete-range", table, ...ALL })),
];
