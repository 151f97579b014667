/** A server, a browser, and for each test two people of its own side by side on the page. @module */
import { createGatzClient } from "@gatz/client";
import { ALL_DEFAULT_LIMITS, serve, type Server } from "@gatz/server";
import { openStorage } from "@gatz/storage";
import { testDatabase } from "@gatz/testing/test_database.ts";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startChromium } from "./chromium.ts";
import { Pane } from "./side_by_side.ts";

export interface Scene {
  readonly page: Page;
  /** The server's address, without tokens. */
  readonly url: string;
  readonly ann: Pane;
  readonly ben: Pane;
  /** The names of the two, as the page shows them. */
  readonly handles: { readonly ann: string; readonly ben: string };
}

export interface Stage extends AsyncDisposable {
  /** Plays a scene on a fresh page. What the browser complains about fails it, but for what has these words in it. */
  play(scene: (scene: Scene) => Promise<void>, options?: { complains?: string }): Promise<void>;
  stopServer(): Promise<void>;
  /** On the same port as before. */
  startServer(): Promise<void>;
}

/** One a scene, for handles that do not look alike (USR2). */
const LETTERS = "abcdefghkmpqrstuxyz";

/** Opens a server with a database of its own, and a browser. */
export async function openStage(): Promise<Stage> {
  const parts = new AsyncDisposableStack();
  const database = parts.use(await testDatabase());
  const tokenKey = crypto.getRandomValues(new Uint8Array(32));
  // A server that stops gives its shards up, so each has storage of its own.
  const start = async (port: number) => {
    const config = { dev: true, host: "127.0.0.1", port, origins: [], limits: ALL_DEFAULT_LIMITS };
    const storage = await openStorage(database.storageConfig());
    parts.defer(() => storage.close());
    return await serve({ config, secrets: { tokenKey }, storage });
  };
  let server: Server = await start(0);
  const { url } = server;
  parts.defer(() => server.stop());
  const browser = await startChromium();
  parts.defer(() => browser.close());
  let scenes = 0;
  return {
    play: async (scene, { complains } = {}) => {
      const letter = LETTERS[scenes++];
      assert.ok(letter, "more scenes than there are names");
      const handles = { ann: `ann_${letter}`, ben: `ben_${letter}` };
      const page = await browser.newPage();
      const complaints = listen(page, url);
      await page.goto(await linkFor(url, handles));
      try {
        await scene({ page, url, handles, ann: new Pane(page, handles.ann), ben: new Pane(page, handles.ben) });
      } catch (error) {
        console.error(`the page showed:\n${await page.locator("body").innerText()}`);
        throw error;
      } finally {
        await page.close();
      }
      assert.deepEqual(complaints.filter((said) => complains === undefined || !said.includes(complains)), []);
    },
    stopServer: () => server.stop(),
    startServer: async () => {
      server = await start(Number(new URL(url).port));
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Errors of the page and its console, and requests to anywhere else. */
function listen(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|about):/.test(request.url())) {
      complaints.push(`asked ${request.url()}`);
    }
  });
  return complaints;
}

/** The page for two people who are signed in: their tokens are in the fragment. */
async function linkFor(url: string, handles: Scene["handles"]): Promise<string> {
  const { api } = createGatzClient({ url, calls: "http" });
  const ann = await api.auth.devSignIn.mutate({ handle: handles.ann });
  const ben = await api.auth.devSignIn.mutate({ handle: handles.ben });
  return `${url}/#a=${ann.token}&b=${ben.token}`;
}
