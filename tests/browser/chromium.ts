/** Debian's Chromium, driven by playwright-core. @module */
import type { Browser, BrowserContext } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** True if a test file can go on to start a browser; else says in one line what is missing. */
export async function needsChromium(importMetaUrl: string): Promise<boolean> {
  if (await chromiumPath() !== undefined) return true;
  console.log(`${new URL(importMetaUrl).pathname.split("/").at(-1)} needs Chromium: apt-get install chromium`);
  return false;
}

// As root, as in a container, Chromium starts only without its sandbox; it loads nothing but our own pages.
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"];

/** A browser without a window. Close it after use. */
export async function startChromium(): Promise<Browser> {
  const { chromium, executablePath } = await load();
  return await chromium.launch({ executablePath, args: ARGS });
}

/** One that keeps what its pages store in a folder, also for the next that is started on it. */
export async function startChromiumOn(folder: string): Promise<BrowserContext> {
  const { chromium, executablePath } = await load();
  return await chromium.launchPersistentContext(folder, { executablePath, args: ARGS });
}

async function load() {
  // While it loads, playwright looks into /proc, which takes all permissions, to learn whether this is Windows; this says: do not look.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const executablePath = await chromiumPath();
  if (executablePath === undefined) throw new Error("there is no Chromium on this machine");
  return { chromium, executablePath };
}

async function chromiumPath(): Promise<string | undefined> {
  for (const place of PLACES) {
    const found = await Deno.stat(place).then(() => true, (error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    });
    if (found) return place;
  }
  return undefined;
}
