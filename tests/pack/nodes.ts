/** Node.js of exact versions, from npm. @module */
import process from "node:process";
import * as path from "node:path";
import { LOADING_MS, succeed } from "./run.ts";

/** They are large, so they are kept for the next run. */
const KEPT = new URL("../../.gatz/nodes/", import.meta.url).pathname;

/** The path of a Node.js; installed if no run before did. */
export async function nodeOf(version: string): Promise<string> {
  const kept = path.join(KEPT, `node-${version}`);
  if (await isThere(kept)) return kept;
  await Deno.mkdir(KEPT, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: KEPT });
  try {
    await Deno.writeTextFile(path.join(folder, "package.json"), "{}");
    const name = `node-${process.platform}-${process.arch}`;
    await succeed("npm", ["install", "--silent", "--prefer-offline", `${name}@${version}`], {
      ...{ cwd: folder, timeoutMs: LOADING_MS },
    });
    // All at once: a run beside this one finds a whole file or none.
    await Deno.rename(path.join(folder, "node_modules", name, "bin/node"), kept);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return kept;
}

async function isThere(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}
