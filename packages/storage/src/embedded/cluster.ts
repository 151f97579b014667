import * as path from "node:path";
import type { Account } from "./account.ts";
import { run } from "./command.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { exists, noPermission, readIfThere } from "./places.ts";

export const SUPERUSER = "gatz";
export const DATABASE = "gatz";
const MAJOR = "18";
/** Written last into a data folder that we made; a folder without it is someone else's. */
const MARKER = "made-by-gatz";

export interface ClusterOptions {
  readonly binaries: string;
  readonly dataDir: string;
  readonly password: string;
  readonly account: Account | undefined;
  readonly fsync: boolean;
}

/** Makes the data folder with an empty database, unless it is there; refuses one that is not ours. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { dataDir } = options;
  if (await exists(dataDir) && !await isEmpty(dataDir)) return await checkOurs(dataDir);
  if (await exists(dataDir)) await Deno.remove(dataDir);
  const unfinished = `${dataDir}.unfinished`;
  if (await exists(unfinished)) await Deno.remove(unfinished, { recursive: true });
  await makeCluster({ ...options, dataDir: unfinished });
  await Deno.rename(unfinished, dataDir);
}

async function makeCluster(options: ClusterOptions): Promise<void> {
  const { binaries, dataDir, account } = options;
  await makeOwnFolder(dataDir, account);
  const passwordFile = path.join(await Deno.makeTempDir({ prefix: "gatz-initdb-" }), "password");
  try {
    await Deno.writeTextFile(passwordFile, options.password, { mode: 0o600 });
    await giveTo(account, path.dirname(passwordFile), passwordFile);
    // The built-in provider sorts and folds the same on every platform, whatever locales are installed.
    const made = await run([
      path.join(binaries, "bin", "initdb"),
      ...["--pgdata", dataDir, "--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
      ...["--no-instructions", ...options.fsync ? [] : ["--no-sync"]],
    ], { account });
    if (!made.success) throw new EmbeddedPostgresError("StartFailed", `initdb failed: ${made.stderr.trim()}`);
  } finally {
    await Deno.remove(path.dirname(passwordFile), { recursive: true });
  }
  const created = await run(
    [path.join(binaries, "bin", "postgres"), "--single", "-D", dataDir, "postgres"],
    { account, input: `CREATE DATABASE ${DATABASE}\n` },
  );
  if (!created.success) throw new EmbeddedPostgresError("StartFailed", `no database made: ${created.stderr.trim()}`);
  const marker = path.join(dataDir, MARKER);
  await Deno.writeTextFile(marker, `${MAJOR}\n`);
  await giveTo(account, marker);
}

async function checkOurs(dataDir: string): Promise<void> {
  await checkMadeByGatz(dataDir);
  const major = (await readIfThere(path.join(dataDir, "PG_VERSION")))?.trim();
  if (major === MAJOR) return;
  throw new EmbeddedPostgresError(
    "ForeignDataFolder",
    `${dataDir} was made by PostgreSQL ${major}, this is PostgreSQL ${MAJOR}. Move what it holds with pg_dump or pg_upgrade, ` +
      "or, if nothing in it is needed, clear it with: deno task reset",
  );
}

/** @throws {EmbeddedPostgresError} `ForeignDataFolder` if the folder holds anything that we did not put there */
export async function checkMadeByGatz(dataDir: string): Promise<void> {
  if (await exists(path.join(dataDir, MARKER)) || await isEmpty(dataDir)) return;
  throw foreign(dataDir, "holds something that gatz did not make");
}

function foreign(dataDir: string, what: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "ForeignDataFolder",
    `${dataDir} ${what}. Nothing in it was touched. Move it away, or choose another folder with GATZ_DATA.`,
  );
}

async function makeOwnFolder(folder: string, account: Account | undefined): Promise<void> {
  try {
    await Deno.mkdir(folder, { mode: 0o700 });
    await giveTo(account, folder);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(folder, error.message);
    throw error;
  }
}

async function giveTo(account: Account | undefined, ...files: string[]): Promise<void> {
  if (account === undefined) return;
  for (const file of files) await Deno.chown(file, account.uid, account.gid);
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(folder)) return false;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) throw noPermission(folder, error.message);
    if (error instanceof Deno.errors.NotADirectory) throw foreign(folder, "is a file, not a folder");
    throw error;
  }
}
