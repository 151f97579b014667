/** A process with stores in SQLite files, for laws that run in another: a line of standard input asks, one of standard output answers. @module */
import { createInterface } from "node:readline";
import { stdin, stdout } from "node:process";
import { sqliteStore, type SqliteStoreOptions } from "../sqlite.ts";
import { StoreHost } from "./store_host.ts";

const host = new StoreHost({
  open: (options) => sqliteStore(JSON.parse(options) as SqliteStoreOptions),
  send: (line) => stdout.write(`${line}\n`),
});
for await (const line of createInterface({ input: stdin })) void host.hear(line);
