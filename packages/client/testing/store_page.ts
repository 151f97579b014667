/** A page with stores in IndexedDB, for laws that run outside the browser: `storeAsked` asks, and it calls `storeTold`. @module */
import { indexedDbStore } from "../src/store/indexed_db/indexed_db_store.ts";
import { StoreHost } from "./store_host.ts";

const page = globalThis as unknown as {
  /** The test's. */
  storeTold(line: string): Promise<void>;
  storeAsked(line: string): void;
};
const host = new StoreHost({ open: (name) => indexedDbStore({ name }), send: (line) => void page.storeTold(line) });
page.storeAsked = (line) => void host.hear(line);
