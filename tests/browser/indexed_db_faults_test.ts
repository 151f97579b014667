/** What pages and browsers that end, and a browser that gives no room, leave in IndexedDB. */
import { needsPermission } from "@gatz/testing/permission.ts";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { countedWrites } from "../../packages/client/testing/counted_writes.ts";
import { append, listed, put, until } from "../../packages/client/testing/store_words.ts";
import { needsChromium } from "./chromium.ts";

const never = new AbortController().signal;
if (await needsPermission(import.meta.url, { name: "run" }) && await needsChromium(import.meta.url)) {
  const { startChromiumOn } = await import("./chromium.ts");
  const { storePage } = await import("./store_pages.ts");

  let folder: string;
  let context: BrowserContext;
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "gatz-chromium-" });
    context = await startChromiumOn(folder);
  });
  Deno.test.afterAll(async () => {
    await context.close();
    await Deno.remove(folder, { recursive: true });
  });
  /** The browser lives longer than a test. */
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

  test("[LIVE3] [LOG4] a page closed or loaded anew in the middle of writes: what was resolved is there, nothing is half there", async () => {
    const history = countedWrites("drafts");
    const watching = await storePage(context);
    const watched = await watching.open("ends");
    for (const end of ["close", "reload", "close"] as const) {
      const page = await storePage(context);
      await history.writeUntil(await page.open("ends"), () => page[end]());
      await history.whole(watched);
      if (end === "reload") {
        await history.whole(await page.open("ends"));
        await page.close();
      }
    }
    await watching.close();
  });

  test("[LOG4] of what a page wrote as its last the others are told, also if it could not tell its end", async () => {
    const watching = await storePage(context);
    const watched = await watching.open("last words");
    for (let n = 1; n <= 2; n++) {
      const page = await storePage(context);
      const store = await page.open("last words");
      let isTold = false;
      const unwatch = watched.watch((tables) => isTold ||= tables.has("drafts"));
      void store.write([append("drafts", n)]).catch(() => {});
      await page.close();
      await until(() => isTold);
      unwatch();
    }
    await watching.close();
  });

  test("[LOG4] the lock of a page that ends is free at once", async () => {
    const [page, next] = [await storePage(context), await storePage(context)];
    const [one, other] = [await page.open("locks"), await next.open("locks")];
    const held = Promise.withResolvers<void>();
    void one.exclusively("outbox", never, () => {
      held.resolve();
      return new Promise(() => {});
    }).catch(() => {});
    await held.promise;
    const waiting = other.exclusively(
      "outbox",
      never,
      () => other.write([{ type: "if-held", lock: "outbox" }, append("drafts", 1)]),
    );
    await page.close();
    strictEqual((await waiting).length, 1);
    await next.close();
  });

  test("[LOG4] without room for a write nothing of it is there, and it is told; with room it goes on", async () => {
    // An origin of which the browser has not looked up the quota yet: it remembers it for a while.
    const origin = "http://room.localhost:1";
    const page = await storePage(context, { origin });
    const devtools = await context.newCDPSession(page.page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 150_000 });
    const store = await page.open("room");
    await store.write([append("drafts", "before")]);
    // The browser compresses what it keeps.
    const noise = () => crypto.getRandomValues(new Uint8Array(20_000)).join(" ");
    const large = Array.from({ length: 10 }, (_, i) => put("events", String(i), noise()));
    await rejects(store.write([put("meta", "place", "large"), ...large]), { name: "StoreFailed", message: /room/ });
    deepStrictEqual(await listed(store, "events"), []);
    strictEqual(await store.get("meta", "place"), undefined);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    await store.write([append("drafts", "after"), ...large]);
    strictEqual((await store.list("events")).length, large.length);
    deepStrictEqual((await listed(store, "drafts")).map(([, value]) => value), ["before", "after"]);
    await page.close();
  });

  test("[LOG4] where the browser gives no storage or no locks, opening says so", async () => {
    const sandboxed = await storePage(context, { headers: { "content-security-policy": "sandbox allow-scripts" } });
    await rejects(sandboxed.open("any"), { name: "StoreFailed", message: /storage refuses/ });
    const insecure = await storePage(context, { origin: "http://gatz.test" });
    await rejects(insecure.open("any"), { name: "StoreFailed", message: /https or localhost/ });
    await Promise.all([sandboxed.close(), insecure.close()]);
  });

  test("[LOG4] a store that is taken away ends: its locks are given up, and it says that the page is to be loaded anew", async () => {
    const page = await storePage(context);
    const store = await page.open("taken");
    const deleted = page.page.evaluate(
      `new Promise((resolve) => indexedDB.deleteDatabase("taken").onsuccess = resolve).then(() => {})`,
    );
    await store.exclusively("outbox", never, async (held) => await until(() => held.aborted)).catch((error) =>
      strictEqual(error.name, "StoreFailed")
    );
    await deleted;
    await rejects(store.write([append("drafts", 1)]), { name: "StoreFailed", message: /loaded anew/ });
    await page.close();
  });

  test("[LIVE3] [LOG4] a browser killed in the middle of writes: what was resolved is there, nothing is half there", async () => {
    const page = await storePage(context);
    // Those that are to outlive a power cut, and others.
    const histories = (["drafts", "people"] as const).map((table) => ({ table, history: countedWrites(table) }));
    const killed = Promise.withResolvers<void>();
    const kill = async () => {
      const [, pid] = /-(\d+)$/.exec(await Deno.readLink(`${folder}/SingletonLock`)) ?? [];
      Deno.kill(Number(pid), "SIGKILL");
      await page.close().catch(() => {});
      killed.resolve();
    };
    const cuts = [kill, () => killed.promise];
    await Promise.all(
      histories.map(async ({ table, history }, i) =>
        await history.writeUntil(await page.open(`killed ${table}`), cuts[i]!)
      ),
    );
    await context.close();
    context = await startChromiumOn(folder);
    const again = await storePage(context);
    for (const { table, history } of histories) await history.whole(await again.open(`killed ${table}`));
  });
}
