import { needsPostgres } from "@gatz/testing/postgres.ts";
import { strict as assert } from "node:assert";
import type postgres from "postgres";

if (await needsPostgres(import.meta.url)) {
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { migrate } = await import("@gatz/storage");

  const ENDS_WITHIN_MS = 5_000;

  for (const migrated of [true, false]) {
    const what = migrated ? "nothing to do" : "everything to make";
    Deno.test(`[SHARD1] a start with ${what} whose connection is lost, wherever, ends, and the next one makes all whole`, async () => {
      await using database = await testDatabase({ shards: 2, servers: 1, migrated });
      await using proxy = startTcpProxy(database.directoryUrl);
      const url = proxy.through(database.directoryUrl);
      const config = { ...database.storageConfig(), directory: url, servers: { a: url, b: url } };
      // Cut before the n-th answer, in the middle of it, for each n, until a start needs fewer.
      for (let n = 1, cuts = true; cuts; n += migrated ? 1 : 7) {
        let left = n;
        cuts = false;
        proxy.onData = ({ direction, data }, connection) => {
          if (direction !== "down" || --left > 0 || cuts) return;
          cuts = true;
          connection.cut(data.length >> 1);
        };
        const ended = migrate(config).then(() => "done", () => "failed");
        assert.notEqual(await within(ENDS_WITHIN_MS, ended), "hangs", `cut at answer ${n}`);
      }
      proxy.onData = undefined;
      await migrate(config);
    });
  }

  Deno.test("[SHARD1] [LOG7] a start whose connection is lost while it folds a log anew goes on without that server; the next one folds it", async () => {
    await using database = await testDatabase({ shards: 1, servers: 1 });
    await using proxy = startTcpProxy(database.directoryUrl);
    const url = proxy.through(database.directoryUrl);
    const config = { ...database.storageConfig(), servers: { a: url, b: url } };
    const fence = (sql: postgres.Sql) => sql<{ fold_version: number }[]>`select fold_version from gatz_s0000.fence`;
    const [newest] = await administer(database.directoryUrl, fence);
    await administer(database.directoryUrl, (sql) => sql`update gatz_s0000.fence set fold_version = 0`);
    // Cut before the n-th answer since the fold took the fence.
    for (let n = 1, cuts = true; cuts; n += 3) {
      let left = Infinity;
      cuts = false;
      proxy.onData = ({ direction, data }, connection) => {
        if (direction === "up" && new TextDecoder().decode(data).includes(".fence for update")) left = n;
        if (direction !== "down" || --left > 0 || cuts) return;
        cuts = true;
        connection.cut(data.length >> 1);
      };
      const ended = migrate(config).then((silent) => [...silent].join());
      assert.equal(await within(ENDS_WITHIN_MS, ended), cuts ? "a" : "", `cut at answer ${n} of the fold`);
    }
    assert.deepEqual((await administer(database.directoryUrl, fence))[0], newest);
  });

  async function within(ms: number, ended: Promise<string>): Promise<string> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => timer = setTimeout(() => resolve("hangs"), ms));
    return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
  }
}
