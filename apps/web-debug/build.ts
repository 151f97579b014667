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

let built: { readonly page: Promise<Page>; readonly sourcesAt: number } | undefined;

/**
 * The bundled page: built once, and again if `whenStale` is set and a source file is newer (development).
 * Rejects with what `deno bundle` said if the sources do not compile.
 */
export async function buildPage(options: { whenStale?: boolean } = {}): Promise<Page> {
  if (built !== undefined && !options.whenStale) return await built.page;
  const sourcesAt = Math.max(...await Promise.all(SOURCES.map(newestChange)));
  if (built === undefined || built.sourcesAt < sourcesAt) built = { page: bundle(), sourcesAt };
  return await built.page;
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
