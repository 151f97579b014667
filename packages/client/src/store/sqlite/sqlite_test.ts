import * as path from "node:path";
import { storeContract } from "../../../testing/store_contract.ts";
import { sqliteStore } from "./sqlite_store.ts";

if ((await Deno.permissions.query({ name: "write" })).state === "granted") {
  storeContract("SQLite", async () => {
    const folder = await Deno.makeTempDir({ prefix: "gatz-store-" });
    const opened: Awaited<ReturnType<typeof sqliteStore>>[] = [];
    return {
      open: async () => {
        const store = await sqliteStore({ path: path.join(folder, "store.sqlite") });
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
