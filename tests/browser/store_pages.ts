/** Pages of one origin whose stores are in IndexedDB, as if they were here. @module */
import type { BrowserContext, Page } from "playwright-core";
import * as path from "node:path";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { FarStores } from "../../packages/client/testing/far_stores.ts";

/** Nothing listens there: every request is answered here. */
const ORIGIN = "http://localhost:1";
const ENTRY = path.join(import.meta.dirname ?? ".", "../../packages/client/testing/store_page.ts");

export interface StorePage {
  readonly page: Page;
  open(name: string): Promise<Store>;
  /** What was opened before is gone. */
  reload(): Promise<void>;
  /** In the middle of whatever it does. */
  close(): Promise<void>;
}

/** Another tab. `headers`: of its document. */
export async function storePage(
  context: BrowserContext,
  { origin = ORIGIN, headers = {} }: { readonly origin?: string; readonly headers?: Record<string, string> } = {},
): Promise<StorePage> {
  const page = await context.newPage();
  let stores: FarStores;
  const script = await bundled();
  await page.exposeFunction("storeTold", (line: string) => stores.hear(line));
  await page.route(`${origin}/**`, (route) => {
    const isScript = route.request().url().endsWith(".js");
    return route.fulfill(
      isScript ? { contentType: "text/javascript", body: script } : {
        headers: { ...headers, "content-type": "text/html" },
        body: `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/stores.js"></script>`,
      },
    );
  });
  const load = async () => {
    stores?.cut();
    // A page that is closed or loaded anew answers nothing more; `cut` says so.
    stores = new FarStores((line) => void page.evaluate(`storeAsked(${JSON.stringify(line)})`).catch(() => {}));
    await page.goto(origin);
  };
  await load();
  return {
    page,
    open: (name) => stores.open(name),
    reload: load,
    close: async () => {
      await page.close();
      stores.cut();
    },
  };
}

let bundle: Promise<string> | undefined;

/** The script of these pages; made once. */
function bundled(): Promise<string> {
  return bundle ??= (async () => {
    const args = ["bundle", "--quiet", "--platform", "browser", ENTRY];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    if (!success) throw new Error(`the page could not be bundled:\n${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  })();
}
