/** An SQLite file and its tables; node:sqlite is in Deno, and in Node from 22.13 on. @module */
import { closeSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { StoreFailed } from "../contract.ts";
import { CLEARED } from "../meta.ts";
import { STORE_FORMAT } from "../records.ts";

/** "gatz", so that nobody else's file is written into. */
const APPLICATION = 0x6761747a;
/** The program stands still for so long at most; whoever is still in the way is waited for without that. */
const BUSY_MS = 10;
const AGAIN_MS = 15;
const GIVE_UP_MS = 10_000;

const SCHEMA = `
  CREATE TABLE entries (
    tab TEXT NOT NULL, key TEXT NOT NULL, rank REAL, text TEXT NOT NULL, PRIMARY KEY (tab, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tabs (
    name TEXT PRIMARY KEY, appended INTEGER NOT NULL DEFAULT 0, written INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE locks (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${STORE_FORMAT};
`;

/** Opens it, and makes it if it is not there; only its owner may read it. */
export async function openSqliteFile(path: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await nodeSqlite();
  return await whenFree(() => {
    makeFile(path);
    const file = new DatabaseSync(path);
    try {
      file.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL`);
      transaction(file, { durable: true }, () => prepareTables(file, path));
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  });
}

export async function nodeSqlite(): Promise<typeof import("node:sqlite")> {
  return await import("node:sqlite").catch((cause) => {
    throw new StoreFailed("a store in SQLite needs node:sqlite: Deno, or Node 22.13 or newer", { cause });
  });
}

/** For its owner alone. One that is there is not even opened: closing it would end all locks that this process has on it (POSIX). */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Runs it, and again while another process is in the way. What SQLite refuses becomes a {@link StoreFailed}. */
export async function whenFree<T>(act: () => T): Promise<T> {
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw asStoreFailed(error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** All of it or nothing. `durable`: it outlives a power cut too, once it is through. */
export function transaction<T>(file: DatabaseSync, { durable }: { readonly durable: boolean }, act: () => T): T {
  // In a write-ahead log NORMAL loses the newest commits to a power cut, none to the end of a program.
  file.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}; BEGIN IMMEDIATE`);
  try {
    const result = act();
    file.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(file);
    throw error;
  } finally {
    file.exec("PRAGMA synchronous = NORMAL");
  }
}

/** Unless it is over: a full disk has ended it already. Which of the two it is Node tells only from 22.16 on (`isTransaction`). */
function rollBack(file: DatabaseSync): void {
  try {
    file.exec("ROLLBACK");
  } catch (error) {
    if (!(error instanceof Error && /no transaction is active/.test(error.message))) throw error;
  }
}

function prepareTables(file: DatabaseSync, path: string): void {
  if (pragma(file, "schema_version") === 0) return file.exec(SCHEMA);
  if (pragma(file, "application_id") !== APPLICATION) throw new StoreFailed(`${path} is another program's database`);
  demandFormat(file);
  if (pragma(file, "user_version") === STORE_FORMAT) return;
  const remove = file.prepare("DELETE FROM entries WHERE tab = ? AND key >= ? AND key < ?");
  for (const { table, from, to } of CLEARED) remove.run(table, from, to);
  file.exec(`PRAGMA user_version = ${STORE_FORMAT}`);
}

/** Also of a file that is open: a newer program may have opened it since. @throws {StoreFailed} */
export function demandFormat(file: DatabaseSync): void {
  const format = pragma(file, "user_version");
  if (format > STORE_FORMAT) {
    throw new StoreFailed(`the store is of format ${format}: a newer version of this program wrote it`);
  }
}

function pragma(file: DatabaseSync, name: string): number {
  return Number(Object.values(file.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

/** By its text: Deno does not tell the code of every error. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && /database (table )?is locked/.test(error.message);

function asStoreFailed(error: unknown): unknown {
  const isRefusal = error instanceof Error && "code" in error && typeof error.code === "string";
  return isRefusal ? new StoreFailed(`the store refuses: ${error.message}`, { cause: error }) : error;
}
