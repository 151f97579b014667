/** The store in IndexedDB: two pages of one origin. */
import type { BrowserContext } from "playwright-core";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { storeContract } from "../../packages/client/testing/store_contract.ts";
import { needsChromium } from "./chromium.ts";
import type { StorePage } from "./store_pages.ts";

const mayRun = (await Deno.permissions.query({ name: "run" })).state === "granted";
if (mayRun && await needsChromium(import.meta.url)) {
  const { startChromiumOn } = await import("./chromium.ts");
  const { storePage } = await import("./store_pages.ts");

  let folder: string;
  let context: BrowserContext;
  let pages: readonly StorePage[];
  let places = 0;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "gatz-chromium-" });
    context = await startChromiumOn(folder);
    pages = [await storePage(context), await storePage(context)];
  });
  Deno.test.afterAll(async () => {
    await context.close();
    await Deno.remove(folder, { recursive: true });
  });

  storeContract("IndexedDB, two pages", () => {
    const opened: Store[] = [];
    const name = `place ${++places}`;
    return Promise.resolve({
      open: async () => {
        const store = await pages[opened.length % 2]!.open(name);
        opened.push(store);
        return store;
      },
      [Symbol.asyncDispose]: async () => {
        for (const store of opened) await store.close();
      },
    });
  });
} else if (!mayRun) console.log("indexed_db_test.ts needs a browser: run deno task test");
