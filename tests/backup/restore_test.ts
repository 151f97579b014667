/** Out, in, and equal: backups of installations that stand. @module */
import type { UserId } from "@gatz/domain";
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { backup, BackupError, openStorage, restore, verify } = await import("@gatz/storage");
  const { idToUuid, shardOf } = await import("@gatz/domain");
  const { inShard } = await import("../storage/town.ts");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { fingerprints } = await import("./tables.ts");
  const { inTempFolder, livedIn } = await import("./lived_in.ts");

  Deno.test("[BAK1] a backup restores every row of every table, also over other servers; verify has nothing to say", async () => {
    await using folder = await inTempFolder();
    await using town = await livedIn();
    // Some effects have not arrived.
    await town.reopen({ outboxDelayMs: 600_000 });
    const [owner, user] = town.users as [UserId, UserId];
    const { discussion } = await town.discussion(owner, [user]);
    await town.stop();
    const file = folder.path("one.gatz");
    const made = await backup(town.config, { file });
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600, "it holds a secret");

    // Two servers before, one now.
    await using target = await testDatabase({ shards: town.config.shards, servers: 1 });
    const config = target.storageConfig();
    const restored = await restore(config, { files: [file] });
    assert.equal(restored.events, made.events);
    assert.deepEqual(await fingerprints(config), await fingerprints(town.config));
    assert.deepEqual((await verify(config)).problems, []);

    const isInInbox = () =>
      inShard(config, shardOf(user), async (sql) => {
        const rows = await sql`select 1 from inbox where "user" = ${idToUuid(user)} and stream = ${
          idToUuid(discussion)
        }`;
        return rows.length > 0;
      });
    assert.equal(await isInInbox(), false, "the effect still waits");
    const storage = await openStorage(config, { report: () => {} });
    const deadline = performance.now() + 20_000;
    while (!await isInInbox()) {
      assert.ok(performance.now() < deadline, "it is emitted again");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await storage.close();
    assert.deepEqual((await verify(config)).problems, []);
  });

  Deno.test("[LOG9] a restored installation begins a new life; it is restored into an empty one only", async () => {
    await using folder = await inTempFolder();
    await using town = await livedIn();
    const before = town.storage.incarnation;
    const file = folder.path("one.gatz");
    await backup(town.config, { file });
    await assert.rejects(restore(town.config, { files: [file] }), BackupError);

    // There may be more shards now.
    await using target = await testDatabase({ shards: 8 });
    const { incarnation } = await restore(target.storageConfig(), { files: [file] });
    assert.notEqual(incarnation, before);
    const storage = await openStorage(target.storageConfig(), { report: () => {} });
    assert.equal(storage.incarnation, incarnation);
    await storage.close();
    await assert.rejects(restore(target.storageConfig(), { files: [file] }), /not empty/);
  });
}
