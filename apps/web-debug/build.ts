/** Bundles the page with `deno bundle`, and keeps the result in memory. @module */
import * as path from "node:path";

export interface PageAsset {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface Page {
  /** What `/` answers. It names its assets relative to itself. */
  readonly html: string;
  /** By URL path, like `/page-5DIYNHPI.js`; a name never comes back with another content. */
  readonly assets: ReadonlyMap<string, PageAsset>;
}

const HERE = import.meta.dirname ?? ".";
const SOURCES = [
  path.join(HERE, "src"),
  path.join(HERE, "../../packages/client"),
  path.join(HERE, "../../packages/domain"),
];
const CONTENT_TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" };

/**
 * The bundled page: built once, and again if `whenStale` is set and a source file is newer (development), or if it failed.
 * Rejects with what `deno bundle` said if the sources do not compile.
 */
export const buildPage: (options?: { whenStale?: boolean }) => Promise<Page> = keepBuilt({
  build: bundle,
  sourcesAt: async () => Math.max(...await Promise.all(SOURCES.map(newestChange))),
});

/** What is built is kept, what failed is not: it may have been for want of memory. `sourcesAt` in Unix milliseconds. */
export function keepBuilt<T>({ build, sourcesAt }: {
  readonly build: () => Promise<T>;
  readonly sourcesAt: () => Promise<number>;
}): (options?: { whenStale?: boolean }) => Promise<T> {
  let built: { readonly result: Promise<T>; readonly sourcesAt: number } | undefined;
  return async ({ whenStale = false } = {}) => {
    if (built !== undefined && !whenStale) return await built.result;
    const newest = await sourcesAt();
    // Asked again: somebody else may have begun meanwhile.
    if (built === undefined || built.sourcesAt < newest) built = { result: build(), sourcesAt: newest };
    const mine = built;
    return await mine.result.catch((error) => {
      if (built === mine) built = undefined;
      throw error;
    });
  };
}

async function bundle(): Promise<Page> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-page-" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform", "browser", "--minify", "--outdir", folder, "src/page.html"],
      cwd: HERE,
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`the page could not be bundled:\n${new TextDecoder().decode(stderr)}`);
    return await readBundle(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readBundle(folder: string): Promise<Page> {
  const assets = new Map<string, PageAsset>();
  for await (const { name } of Deno.readDir(folder)) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType === undefined) continue;
    assets.set(`/${name}`, {
      contentType: `${contentType}; charset=utf-8`,
      body: await Deno.readFile(path.join(folder, name)),
    });
  }
  return { html: await Deno.readTextFile(path.join(folder, "page.html")), assets };
}

/** When a file of the folder last changed, in Unix milliseconds. */
async function newestChange(folder: string): Promise<number> {
  let newest = 0;
  for await (const entry of Deno.readDir(folder)) {
    const at = path.join(folder, entry.name);
    const changed = entry.isDirectory ? await newestChange(at) : (await Deno.stat(at)).mtime?.getTime() ?? 0;
    newest = Math.max(newest, changed);
  }
  return newest;
}
