import { needsPermission } from "@gatz/testing/permission.ts";
import * as path from "node:path";
import { storeContract } from "../../../testing/store_contract.ts";
import { type SqliteProcess, startSqliteProcess } from "../../../testing/start_sqlite_process.ts";
import type { Store } from "../contract.ts";
import { sqliteStore } from "./sqlite_store.ts";

if (await needsPermission(import.meta.url, { name: "run" })) {
  let other: SqliteProcess;
  Deno.test.beforeAll(() => {
    other = startSqliteProcess();
  });
  Deno.test.afterAll(async () => await other[Symbol.asyncDispose]());

  storeContract("SQLite, two processes", async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-store-" });
    const opened: Store[] = [];
    const options = { path: path.join(folder, "store.sqlite") };
    return {
      open: async () => {
        const store = await (opened.length % 2 === 0 ? sqliteStore(options) : other.open(options));
        opened.push(store);
        return store;
      },
      [Symbol.asyncDispose]: async () => {
        for (const store of opened) await store.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  });
}
