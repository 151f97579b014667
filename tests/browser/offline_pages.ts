/** Tabs of an app whose own files are always there, on an origin of its own: only gatz may be away. @module */
import * as path from "node:path";
import { inTime } from "@gatz/testing/in_time.ts";
import type { BrowserContext, Page } from "playwright-core";
import { servePages } from "../pack/pages.ts";
import type { OfflineApp } from "./offline_app.ts";

const ENTRY = path.join(import.meta.dirname ?? ".", "offline_app.ts");
const HTML = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/app.js"></script>`;

export interface OfflinePages extends AsyncDisposable {
  /** One more tab. */
  open(opened: Opened): Promise<Tab>;
}

export interface Tab {
  status(): Promise<string>;
  list(): Promise<readonly string[]>;
  texts(): Promise<readonly string[]>;
  outcomes(): Promise<readonly string[]>;
  /** Resolves once it is stored; to `kept`. */
  write(text: string): Promise<string>;
  search(text: string): Promise<readonly string[]>;
  retry(): Promise<void>;
  reload(): Promise<void>;
  /** The process of the page ends, whatever it is doing. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export interface Opened {
  /** Where the app looks for gatz. */
  readonly url: string;
  readonly token: string;
  readonly discussion: string;
  /** Of the store. */
  readonly name: string;
}

/** The app, bundled and served. */
export async function serveApp(context: BrowserContext): Promise<OfflinePages> {
  await using parts = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "gatz-offline-" });
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(path.join(folder, "index.html"), HTML);
  const args = ["bundle", "--quiet", "--platform", "browser", "--output", path.join(folder, "app.js"), ENTRY];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`the page could not be bundled:\n${new TextDecoder().decode(stderr)}`);
  const { url } = parts.use(servePages(folder));
  const open = parts.move();
  return {
    open: async (opened) => {
      const page = await context.newPage();
      await page.goto(`${url}/#${new URLSearchParams({ ...opened })}`);
      return await tabOf(page, context);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function tabOf(page: Page, context: BrowserContext): Promise<Tab> {
  await isThere(page);
  const ask = <T>(expression: string) =>
    inTime(page.evaluate<T>(expression), () => `a tab has not answered ${expression}`);
  return {
    status: () => ask<OfflineApp["status"]>("app.status"),
    list: () => ask<OfflineApp["list"]>("app.list"),
    texts: () => ask<OfflineApp["texts"]>("app.texts"),
    outcomes: () => ask<OfflineApp["outcomes"]>("app.outcomes"),
    write: (text) => ask(`app.write(${JSON.stringify(text)})`),
    search: (text) => ask(`app.search(${JSON.stringify(text)})`),
    retry: () => ask("app.retry()"),
    reload: async () => {
      await page.reload();
      await isThere(page);
    },
    crash: async () => {
      const session = await context.newCDPSession(page);
      const crashed = page.waitForEvent("crash");
      // Nobody is left to answer it.
      session.send("Page.crash").catch(() => {});
      await crashed;
      await page.close();
    },
    close: () => page.close(),
  };
}

/** What is stored is there as soon as the page has run. */
async function isThere(page: Page): Promise<void> {
  await page.waitForFunction("globalThis.app");
}
