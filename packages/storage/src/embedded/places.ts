import * as path from "node:path";
import { type Account, canEnter } from "./account.ts";
import { run } from "./command.ts";
import { EmbeddedPostgresError } from "./errors.ts";

/** Where things go that an unprivileged account must reach when the checkout lies under a closed folder such as /root. */
const OPEN_ROOT = "/var/lib/gatz";

/**
 * The folder that really holds the data asked for at `dataDir`. It is `dataDir` itself if the server's account can get
 * there; else a folder of its own under /var/lib/gatz, with `dataDir` as a link to it. Made if missing: its parents only.
 */
export async function placeData(dataDir: string, account: Account | undefined): Promise<string> {
  const parent = path.dirname(dataDir);
  await makeFolder(parent);
  const linked = await isLink(dataDir);
  if (account === undefined || (!linked && await canEnter(account, parent))) return dataDir;
  if (!linked && await exists(dataDir)) return dataDir;
  const place = await openPlace(dataDir);
  await makeOpenRoot();
  // Pointed anew each time: in a copied checkout the link would lead to the data of the original.
  if (linked) await Deno.remove(dataDir);
  await Deno.symlink(place, dataDir);
  return place;
}

/** The folder with bin/, lib/ and share/ of PostgreSQL that the account can run: where npm put it, else a copy. */
export async function placeBinaries(native: string, account: Account | undefined): Promise<string> {
  if (account === undefined || await canEnter(account, path.join(native, "bin"))) return native;
  const place = path.join(OPEN_ROOT, `postgresql-${await shortDigest(await versionOf(native))}`);
  if (await exists(place)) return place;
  await makeOpenRoot();
  // Copied beside and renamed, so that a copy cut short is never taken for a whole one.
  const partial = `${place}.${crypto.randomUUID()}.partial`;
  const copied = await run(["cp", "-a", native, partial]);
  if (!copied.success) throw noPermission(place, copied.stderr);
  await run(["chmod", "-R", "a+rX", partial]);
  try {
    await Deno.rename(partial, place);
  } catch (error) {
    await Deno.remove(partial, { recursive: true });
    if (!await exists(place)) throw error;
  }
  return place;
}

/**
 * Where the data of `dataDir` is now: there, or where `placeData` put it. Undefined for a link that leads elsewhere:
 * such a one came with a copy of a checkout, and what it leads to is the original's.
 */
export async function placeOf(dataDir: string): Promise<string | undefined> {
  if (!await isLink(dataDir)) return dataDir;
  const place = await Deno.readLink(dataDir);
  return place === await openPlace(dataDir) ? place : undefined;
}

/** Removes what `placeData` made for `dataDir`: the folder, and the link to it if there is one; of a link that leads elsewhere, itself. */
export async function removeData(dataDir: string): Promise<void> {
  const place = await placeOf(dataDir);
  if (place !== undefined) await removeIfThere(place);
  await removeIfThere(dataDir);
}

export async function exists(file: string): Promise<boolean> {
  return await lstat(file) !== undefined;
}

/** The text of a file; undefined if there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file, error.message);
    throw error;
  }
}

export function noPermission(where: string, why: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "NoPermission",
    `No permission at ${where} (${why.trim()}). Run gatz as the user who owns it, or from a folder that you may write to.`,
  );
}

/** A data folder's own place there, by its path. */
async function openPlace(dataDir: string): Promise<string> {
  return path.join(OPEN_ROOT, `data-${await shortDigest(dataDir)}`);
}

async function makeOpenRoot(): Promise<void> {
  await makeFolder(OPEN_ROOT);
  await Deno.chmod(OPEN_ROOT, 0o755);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(folder, error.message);
    throw error;
  }
}

async function removeIfThere(file: string): Promise<void> {
  if (await exists(file)) await Deno.remove(file, { recursive: true });
}

async function isLink(file: string): Promise<boolean> {
  return (await lstat(file))?.isSymlink ?? false;
}

async function lstat(file: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(file, error.message);
    throw error;
  }
}

async function versionOf(native: string): Promise<string> {
  const binary = await Deno.stat(path.join(native, "bin", "postgres"));
  return `${await Deno.readTextFile(path.join(native, "..", "package.json"))} ${binary.size}`;
}

async function shortDigest(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 12);
}
