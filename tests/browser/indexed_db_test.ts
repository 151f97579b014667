/** The store in IndexedDB: two pages of one origin. */
import { needsPermission } from "@gatz/testing/permission.ts";
import type { BrowserContext } from "playwright-core";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { storeContract } from "../../packages/client/testing/store_contract.ts";
import { storeFormatLaws } from "../../packages/client/testing/store_format_laws.ts";
import { needsChromium } from "./chromium.ts";
import type { StorePage } from "./store_pages.ts";

if (await needsPermission(import.meta.url, { name: "run" }) && await needsChromium(import.meta.url)) {
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

  for (const [title, holds] of Object.entries(storeFormatLaws)) {
    Deno.test({
      name: `${title} · IndexedDB`,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const name = `place ${++places}`;
        const opened: Store[] = [];
        await holds({
          open: async () => {
            const store = await pages[0]!.open(name);
            opened.push(store);
            return store;
          },
          setFormat: async (format) => await pages[0]!.page.evaluate(remade, { name, format }),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        });
        for (const store of opened) await store.close();
      },
    });
  }
}

interface Asking<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: () => void;
  onerror: () => void;
  onupgradeneeded: () => void;
}
interface Entries {
  getAllKeys(): Asking<string[]>;
  getAll(): Asking<unknown[]>;
  put(value: unknown, key: string | undefined): unknown;
}
interface Database {
  transaction(stores: string[]): { objectStore(name: string): Entries };
  createObjectStore(name: string): Entries;
  close(): void;
}
/** What is used of a page's, which Deno's types do not know. */
interface InPage {
  readonly indexedDB: {
    open(name: string, version?: number): Asking<Database>;
    deleteDatabase(name: string): Asking<unknown>;
  };
}

/** Runs in a page: the same database under another version, which may be a lower one. */
async function remade({ name, format }: { readonly name: string; readonly format: number }): Promise<void> {
  const { indexedDB } = globalThis as unknown as InPage;
  const done = <T>(asking: Asking<T>) =>
    new Promise<T>((resolve, reject) => {
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error);
    });
  const before = await done(indexedDB.open(name));
  const held: { store: string; keys: string[]; values: unknown[] }[] = [];
  for (const store of ["entries", "appends"]) {
    const there = before.transaction([store]).objectStore(store);
    const [keys, values] = await Promise.all([done(there.getAllKeys()), done(there.getAll())]);
    held.push({ store, keys, values });
  }
  before.close();
  await done(indexedDB.deleteDatabase(name));
  const opening = indexedDB.open(name, format);
  opening.onupgradeneeded = () => {
    for (const { store, keys, values } of held) {
      const made = opening.result.createObjectStore(store);
      values.forEach((value, n) => made.put(value, keys[n]));
    }
  };
  (await done(opening)).close();
}
