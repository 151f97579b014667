/** Built pages, served from an origin of their own and opened in a browser. @module */
import * as path from "node:path";
import type { Browser } from "playwright-core";

const CONTENT_TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

export interface Pages extends AsyncDisposable {
  readonly url: string;
}

/** Serves the files of a folder; `/` is its index.html. */
export function servePages(folder: string): Pages {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const { pathname } = new URL(url);
    const file = pathname === "/" ? "index.html" : pathname.slice(1);
    const contentType = CONTENT_TYPES[path.extname(file)];
    if (contentType === undefined) return new Response(null, { status: 404 });
    return new Response(await Deno.readFile(path.join(folder, file)), { headers: { "content-type": contentType } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens a page, and waits until its console has said this; rejects with what it said instead. */
export async function untilItSays(browser: Browser, url: string, wanted: RegExp): Promise<void> {
  const page = await browser.newPage();
  const said: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (why: string) => reject(new Error(`${why}; the page said:\n${said.join("\n")}`));
  const timer = setTimeout(() => giveUp("nothing more within 20 s"), 20_000);
  page.on("console", (message) => {
    said.push(message.text());
    if (wanted.test(message.text())) resolve();
  });
  page.on("pageerror", (error) => giveUp(String(error)));
  try {
    await Promise.all([page.goto(url), promise]);
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}
