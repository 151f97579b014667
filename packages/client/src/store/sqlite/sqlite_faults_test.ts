/** What processes that are killed, frozen or without room leave in an SQLite file. */
import { needsPermission } from "@gatz/testing/permission.ts";
import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { countedWrites } from "../../../testing/counted_writes.ts";
import { startSqliteProcess } from "../../../testing/start_sqlite_process.ts";
import { append, listed, put, until } from "../../../testing/store_words.ts";
import { LockLost, type Store } from "../contract.ts";
import { transaction } from "./sqlite_file.ts";
import { sqliteStore } from "./sqlite_store.ts";

const never = new AbortController().signal;
/** A busy machine may let a process stand for a good part of a second: that must not look like the end of it. */
const LEASE_MS = 2_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A file for a store, in a folder that goes with it. */
async function folder() {
  const root = await mkdtemp(path.join(tmpdir(), "gatz-store-"));
  const file = path.join(root, "store.sqlite");
  return {
    file,
    options: { path: file, leaseMs: LEASE_MS },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

/** Whose the lock `outbox` is. */
function holderOf(path: string): string {
  const file = new DatabaseSync(path);
  const holder = String(file.prepare("SELECT holder FROM locks WHERE name = 'outbox'").get()?.holder);
  file.close();
  return holder;
}

if (await needsPermission(import.meta.url, { name: "run" })) {
  Deno.test("[LIVE3] [LOG4] a process killed in the middle of writes: what was resolved is there, nothing is half there", async () => {
    await using place = await folder();
    const history = countedWrites("drafts");
    for (let round = 0; round < 8; round++) {
      await using other = startSqliteProcess();
      await history.writeUntil(await other.open(place.options), async () => {
        other.signal("SIGKILL");
        await other.ended;
      });
      const after = await sqliteStore(place.options);
      await history.whole(after);
      await after.close();
    }
  });

  Deno.test("[LOG4] who holds a lock and is killed loses it at once, however long its lease", async () => {
    await using place = await folder();
    await using other = startSqliteProcess();
    const options = { ...place.options, leaseMs: 60_000 };
    const [there, here, beside] = [await other.open(options), await sqliteStore(options), await other.open(options)];
    const held = Promise.withResolvers<void>();
    const work = there.exclusively("outbox", never, () => (held.resolve(), new Promise<never>(() => {})));
    void work.catch(() => {});
    await held.promise;
    const waiting = here.exclusively("outbox", never, () => Promise.resolve(performance.now()));
    // Whoever comes and goes in the same process, and gives up waiting, frees nobody's lock.
    const giveUp = new AbortController();
    const gone = rejects(beside.exclusively("outbox", giveUp.signal, () => Promise.resolve()), { name: "AbortError" });
    await pause(400);
    giveUp.abort();
    await gone;
    await beside.close();
    await pause(400);
    const killed = performance.now();
    other.signal("SIGKILL");
    const took = await waiting - killed;
    ok(took > 0 && took < 20_000, `taken after ${took} ms`);
    await here.close();
  });

  Deno.test("[LOG4] who took a lock from one that is frozen is as good a holder: killed, it loses the lock at once when that one is gone too", async () => {
    await using place = await folder();
    await using frozen = startSqliteProcess();
    await using killed = startSqliteProcess();
    const [first, second, here] = [
      await frozen.open(place.options),
      await killed.open({ ...place.options, leaseMs: 10_000 }),
      await sqliteStore(place.options),
    ];
    const forEver = () => new Promise<never>(() => {});
    for (const [store, { signal }] of [[first, frozen], [second, killed]] as const) {
      const held = Promise.withResolvers<void>();
      void store.exclusively("outbox", never, () => (held.resolve(), forEver())).catch(() => {});
      await held.promise;
      if (store === first) signal("SIGSTOP");
    }
    const waiting = here.exclusively("outbox", never, () => Promise.resolve(performance.now()));
    frozen.signal("SIGKILL");
    // It says so when it renews its lease.
    await until(() => /^alive /.test(holderOf(place.file)));
    const end = performance.now();
    killed.signal("SIGKILL");
    const took = await waiting - end;
    ok(took > 0 && took < 5_000, `taken after ${took} ms`);
    await here.close();
  });

  Deno.test("[LOG4] who holds a lock and is frozen loses it: its work is told as it wakes, and its writes that demand it are refused", async () => {
    await using place = await folder();
    await using other = startSqliteProcess();
    const [there, here] = [
      await other.open(place.options),
      await sqliteStore(place.options),
    ];
    const held = Promise.withResolvers<AbortSignal>();
    const letGo = Promise.withResolvers<void>();
    const write = (store: Store, by: string) =>
      store.write([{ type: "if-held", lock: "outbox" }, append("drafts", by)]);
    const work = there.exclusively("outbox", never, async (signal) => {
      await write(there, "there");
      held.resolve(signal);
      await letGo.promise;
    });
    const signal = await held.promise;
    other.signal("SIGSTOP");
    const refusal = rejects(write(there, "after it woke"), { name: "LockLost" });
    await here.exclusively("outbox", never, async (mine) => {
      await write(here, "here");
      other.signal("SIGCONT");
      await refusal;
      await until(() => signal.aborted);
      letGo.resolve();
      await work;
      // What it gives up as it ends is not what another has now.
      await write(here, "still here");
      await pause(LEASE_MS / 2);
      strictEqual(mine.aborted, false);
    });
    deepStrictEqual((await listed(here, "drafts")).map(([, by]) => by), ["there", "here", "still here"]);
    await Promise.all([here.close(), there.close()]);
  });

  Deno.test("[LOG4] without room for a write nothing of it is there, it is told, and smaller ones go on", async () => {
    await using place = await folder();
    await using other = startSqliteProcess({ fileBlocks: 1_024 });
    const store = await other.open(place.options);
    await store.write([append("drafts", "before")]);
    const large = [
      put("meta", "self", "large"),
      ...Array.from({ length: 8 }, (_, i) => put("events", String(i), "x".repeat(100_000))),
    ];
    await rejects(store.write(large), { name: "StoreFailed", message: /disk/ });
    deepStrictEqual(await listed(store, "events"), []);
    strictEqual(await store.get("meta", "self"), undefined);
    await store.write([append("drafts", "after")]);
    deepStrictEqual((await listed(store, "drafts")).map(([, value]) => value), ["before", "after"]);
    await store.close();
  });

  Deno.test("[LIVE3] a file that another process keeps busy is waited for, in order, without standing still", async () => {
    await using place = await folder();
    const store = await sqliteStore(place.options);
    const busy = new DatabaseSync(place.file);
    busy.exec("BEGIN IMMEDIATE");
    const writes = Promise.all([1, 2, 3].map((n) => store.write([append("drafts", n)])));
    const reading = listed(store, "drafts");
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    await until(() => ticks >= 50, { withinMs: 2_500 });
    clearInterval(ticking);
    busy.exec("COMMIT");
    busy.close();
    const keys = (await writes).flat();
    deepStrictEqual(await reading, keys.map((key, i) => [key, i + 1]));
    await store.close();
  });

  Deno.test("[LOG4] what fails within a transaction is taken back, also where nobody tells that there is one, as in Node before 22.16", () => {
    const file = new DatabaseSync(":memory:");
    Object.defineProperty(file, "isTransaction", { value: undefined });
    file.exec("CREATE TABLE kept (n INTEGER)");
    const write = (n: number, act = () => {}) =>
      transaction(file, { durable: true }, () => {
        file.exec(`INSERT INTO kept VALUES (${n})`);
        act();
      });
    const fail = () => {
      throw new LockLost("the lock was lost");
    };
    throws(() => write(1, fail), { name: "LockLost" });
    // As a full disk does.
    throws(() => write(2, () => (file.exec("ROLLBACK"), fail())), { name: "LockLost" });
    write(3);
    deepStrictEqual(file.prepare("SELECT n FROM kept").all().map(({ n }) => n), [3]);
    file.close();
  });

  Deno.test("[SEC3] the file is its owner's alone; what can't be a store is refused, and left as it is", async () => {
    await using place = await folder();
    const { file } = place;
    const [one, other] = await Promise.all([sqliteStore({ path: file }), sqliteStore({ path: file })]);
    await Promise.all([one, other].map((store) => store.write([append("drafts", 1)])));
    await one.exclusively("outbox", never, () => Promise.resolve());
    for (const name of ["", "-wal", "-shm", "-lock-outbox"].map((end) => `${file}${end}`)) {
      strictEqual((await stat(name)).mode & 0o777, 0o600, name);
    }
    await Promise.all([one.close(), other.close()]);
    const refused = async (path: string, message: RegExp) =>
      await rejects(sqliteStore({ path }), { name: "StoreFailed", message });
    const sql = (text: string) => {
      const database = new DatabaseSync(file);
      database.exec(text);
      database.close();
    };
    sql("PRAGMA user_version = 7");
    await refused(file, /format 7/);
    sql("PRAGMA user_version = 1; PRAGMA application_id = 5");
    await refused(file, /another program's/);
    await refused(path.join(file, "below"), /ENOTDIR|not a directory|Not a directory/i);
    await refused(path.join(path.dirname(file), "none", "store"), /ENOENT|no such file/i);
    await writeFile(file, "not a database, whatever its name says. ".repeat(50));
    await refused(file, /not a database/);
    match(await Deno.readTextFile(file), /^not a database/);
    await chmod(file, 0o600);
  });
}
