/** `@gatz/client/sqlite`: a store for programs in Deno and Node, apart so that browsers never load it. @module */
import "./src/node_version.ts";
export { sqliteStore, type SqliteStoreOptions } from "./src/store/sqlite/sqlite_store.ts";
