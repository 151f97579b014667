/** Starting while a part of the databases is not there. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { migrate, openStorage } = await import("@gatz/storage");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { register } = await import("../../packages/domain/testing/drafts.ts");
  const { userId } = await import("../../packages/domain/testing/ids.ts");
  const { until } = await import("./until.ts");

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
    assert.ok(performance.now() - began < 8_000, "it does not wait for ever");
    const newcomer = async (shard: number) => {
      const user = userId(performance.now() * 1_000 >>> 0, shard);
      const [outcome] = await storage.offer(user, [register(user)], { deadlineMs: 2_000 });
      return outcome?.kind;
    };
    assert.deepEqual(await Promise.all([0, 1, 2, 3].map(newcomer)), ["accepted", "accepted", "not-now", "not-now"]);
    proxy.blackHole = false;
    proxy.cutAll();
    for (const shard of [2, 3]) await until(async () => await newcomer(shard) === "accepted");
    await storage.close();
    assert.deepEqual([...await migrate(config)], []);
  });
}
