import { needsPermission } from "@gatz/testing/permission.ts";
import { rejects } from "node:assert/strict";
import * as path from "node:path";
import { storeFormatLaws } from "../../../testing/store_format_laws.ts";
import { put } from "../../../testing/store_words.ts";
import type { Store } from "../contract.ts";
import { STORE_FORMAT } from "../records.ts";
import { sqliteStore } from "./sqlite_store.ts";

if (await needsPermission(import.meta.url, { name: "write" })) {
  const { DatabaseSync } = await import("node:sqlite");

  async function newPlace() {
    const folder = await Deno.makeTempDir({ prefix: "gatz-store-" });
    const file = path.join(folder, "store.sqlite");
    const opened: Store[] = [];
    return {
      open: async () => {
        const store = await sqliteStore({ path: file });
        opened.push(store);
        return store;
      },
      setFormat: (format: number) => {
        const database = new DatabaseSync(file);
        database.exec(`PRAGMA user_version = ${format}`);
        database.close();
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: async () => {
        for (const store of opened) await store.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  }

  for (const [title, holds] of Object.entries(storeFormatLaws)) {
    Deno.test(`${title} · SQLite`, async () => {
      await using place = await newPlace();
      await holds(place);
    });
  }

  Deno.test("[LOG4] an older program that is running writes nothing more once a newer one has opened the file", async () => {
    await using place = await newPlace();
    const store = await place.open();
    await store.write([put("rows", "k", 1)]);
    await place.setFormat(STORE_FORMAT + 1);
    await rejects(store.write([put("rows", "k", 2)]), { name: "StoreFailed", message: /newer version/ });
    await place.setFormat(STORE_FORMAT);
  });
}
