/** Starting while a part of the databases is not there. @module */
import { strict as assert } from "node:assert";
import type { Storage } from "@gatz/storage";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { migrate, MigrationLocked, openStorage } = await import("@gatz/storage");
  const { databaseError, isForPeople } = await import("../../apps/server/src/start_error.ts");
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { register } = await import("../../packages/domain/testing/drafts.ts");
  const { userId } = await import("../../packages/domain/testing/ids.ts");

  /** Two seconds for each connection that is not made; the rest is migrating, which a busy machine takes its time for. */
  const STARTED_MS = 30_000;

  /** How it ends if somebody registers on a shard. */
  const newcomer = async (storage: Storage, shard: number) => {
    const user = userId(performance.now() * 1_000 >>> 0, shard);
    const [outcome] = await storage.offer(user, [register(user)], { deadlineMs: 2_000 });
    return outcome?.kind;
  };

  Deno.test("[SHARD2] a node starts with the servers that answer; the others are migrated and taken when they come", async () => {
    await using database = await testDatabase({ shards: 4, migrated: false });
    await using proxy = startTcpProxy(database.servers.b);
    const config = database.storageConfig();
    const reached = { ...config, servers: { ...config.servers, b: proxy.through(database.servers.b) } };
    proxy.blackHole = true;
    const began = performance.now();
    const unmigrated = await migrate(reached);
    assert.deepEqual([...unmigrated], ["b"]);
    const storage = await openStorage(reached, { unmigrated, report: () => {} });
    assert.ok(performance.now() - began < STARTED_MS, "it does not wait for ever");
    const all = await Promise.all([0, 1, 2, 3].map((shard) => newcomer(storage, shard)));
    assert.deepEqual(all, ["accepted", "accepted", "not-now", "not-now"]);
    proxy.blackHole = false;
    proxy.cutAll();
    for (const shard of [2, 3]) await until(async () => await newcomer(storage, shard) === "accepted");
    await storage.close();
    assert.deepEqual([...await migrate(config)], []);
  });

  Deno.test("[SHARD2] a server that takes no more connections keeps only its own shards from starting, and they are taken when it does", async () => {
    await using database = await testDatabase({ shards: 2, migrated: false });
    const role = `crowded_${crypto.randomUUID().replaceAll("-", "")}`;
    const server = database.servers.b;
    const crowded = new URL(server);
    [crowded.username, crowded.password] = [role, "crowded"];
    await administer(server, async (sql) => {
      await sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'crowded' CONNECTION LIMIT 0`);
      await sql.unsafe(`GRANT ALL ON DATABASE ${crowded.pathname.slice(1)} TO ${role}`);
    });
    const config = database.storageConfig();
    const reached = { ...config, servers: { ...config.servers, b: crowded.href } };
    const unmigrated = await migrate(reached);
    assert.deepEqual([...unmigrated], ["b"]);
    const storage = await openStorage(reached, { unmigrated, report: () => {} });
    assert.deepEqual([await newcomer(storage, 0), await newcomer(storage, 1)], ["accepted", "not-now"]);
    await administer(server, (sql) => sql.unsafe(`ALTER ROLE ${role} CONNECTION LIMIT -1`));
    await until(async () => await newcomer(storage, 1) === "accepted");
    await storage.close();
    await administer(server, async (sql) => {
      await sql.unsafe(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
      await sql.unsafe(`DROP OWNED BY ${role}`);
      await sql.unsafe(`DROP ROLE ${role}`);
    });
  });

  Deno.test("[SHARD2] somebody who migrates for ever is waited for so long: at the directory it is an error that says whom to end, at another server its shards wait", async () => {
    await using database = await testDatabase({ shards: 2, migrated: false });
    const config = database.storageConfig();
    const frozen = (url: string, work: (pid: number) => Promise<void>) =>
      administer(url, async (sql) => {
        // As migrate.ts takes it: whoever holds this is changing tables.
        const [held] = await sql<{ pid: number }[]>`
          select pg_backend_pid() as pid from pg_advisory_lock(${0x6761747a}, -1)`;
        await work(held!.pid); // one row
      });
    await frozen(database.servers.a, async (pid) => {
      await assert.rejects(migrate(config, { lockMs: 200 }), (error) => {
        assert.ok(error instanceof MigrationLocked);
        assert.deepEqual([error.waitedMs, error.pid], [200, pid]);
        const told = databaseError(error, { embedded: false });
        assert.ok(isForPeople(told));
        assert.match(told.message, new RegExp(`pg_terminate_backend\\(${pid}\\)`));
        return true;
      });
    });
    await frozen(database.servers.b, async () => {
      assert.deepEqual([...await migrate(config, { lockMs: 200 })], ["b"]);
    });
    assert.deepEqual([...await migrate(config)], []);
  });
}
