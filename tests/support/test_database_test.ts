import assert from "node:assert/strict";
import { needsPostgres } from "./postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { administer, sharedServers, testDatabase } = await import("./test_database.ts");

  Deno.test("a test's databases are its own, on two servers, and gone afterwards", async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    assert.notEqual(one.servers.a, other.servers.a);
    assert.equal(one.directoryUrl, one.servers.a);
    assert.notEqual(new URL(one.servers.a).port, new URL(one.servers.b).port);
    assert.deepEqual([one.shards.get(0), one.shards.get(7), one.shards.get(8), one.shards.get(15)], [
      "a",
      "a",
      "b",
      "b",
    ]);
    for (const url of [one.servers.a, one.servers.b]) {
      await administer(url, (sql) => sql`CREATE TABLE marker (id int PRIMARY KEY)`);
    }
    for (const url of [other.servers.a, other.servers.b]) {
      const seen = await administer(url, (sql) => sql`SELECT to_regclass('marker') AS marker`);
      assert.equal(seen[0]?.marker, null);
    }
    await Promise.all([one.drop(), other.drop()]);
    const names = [one, other].map((database) => new URL(database.directoryUrl).pathname.slice(1));
    for (const url of Object.values(sharedServers())) {
      const left = await administer(url, (sql) => sql`SELECT 1 FROM pg_database WHERE datname = ANY(${names})`);
      assert.equal(left.length, 0);
    }
  });

  Deno.test("[SHARD1] a test's databases are migrated: each shard is a schema on its server, the directory on a", async () => {
    await using database = await testDatabase();
    const schemasOn = async (url: string) => {
      const rows = await administer(
        url,
        (sql) => sql`SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'gatz%' ORDER BY nspname`,
      );
      return rows.map(({ name }) => String(name));
    };
    const shardSchemas = (from: number) =>
      Array.from({ length: 8 }, (_, n) => `gatz_s${String(from + n).padStart(4, "0")}`);
    assert.deepEqual(await schemasOn(database.servers.a), ["gatz", ...shardSchemas(0)]);
    assert.deepEqual(await schemasOn(database.servers.b), shardSchemas(8));
  });

  Deno.test("with one server, all shards are on a", async () => {
    await using database = await testDatabase({ servers: 1, shards: 4 });
    assert.equal(database.servers.a, database.servers.b);
    assert.deepEqual([...database.shards], [[0, "a"], [1, "a"], [2, "a"], [3, "a"]]);
  });
}
