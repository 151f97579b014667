/** Beginning to serve. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { ALL_DEFAULT_LIMITS, serve } = await import("@gatz/server");
  const { openStorage } = await import("@gatz/storage");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");

  Deno.test("a port that is taken after it was asked for is named, and nothing is left running", async () => {
    await using database = await testDatabase({ shards: 2 });
    const storage = await openStorage(database.storageConfig());
    const followed = new Set<AbortSignal>();
    const follow: typeof storage.follow = (shard, from, signal) => {
      followed.add(signal);
      return storage.follow(shard, from, signal);
    };
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const config = { dev: true, host: "127.0.0.1", port, origins: [], limits: ALL_DEFAULT_LIMITS };
    const secrets = { tokenKey: crypto.getRandomValues(new Uint8Array(32)) };
    await assert.rejects(serve({ config, secrets, storage: { ...storage, follow } }), {
      name: "StartError",
      message: new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken.*GATZ_PORT=${port + 1}`),
    });
    assert.ok(followed.size > 0);
    for (const signal of followed) assert.equal(signal.aborted, true);
    await storage.close();
  });
}
