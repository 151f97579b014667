import type { UserId } from "@gatz/domain";
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { BackupError, declarePromoted, openStorage } = await import("@gatz/storage");
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { Town } = await import("../storage/town.ts");

  Deno.test("[LOG9] a promoted copy begins a new life, which the next node carries; not while a node runs", async () => {
    await using database = await testDatabase();
    const config = database.storageConfig();
    const before = await openStorage(config, { report: () => {} });
    await assert.rejects(declarePromoted(config), BackupError);
    await before.close();

    const declared = await declarePromoted(config);
    assert.notEqual(declared, before.incarnation);
    const after = await openStorage(config, { report: () => {} });
    assert.equal(after.incarnation, declared);
    await after.close();
  });

  Deno.test("[LOG9] no new life begins while a node runs, though it writes no shard yet: it would go on in the old one", async () => {
    await using database = await testDatabase({ shards: 2 });
    const config = database.storageConfig();
    const writes = await openStorage(config, { report: () => {} });
    const waits = await openStorage(config, { report: () => {} });
    await writes.close();
    // Before the other has asked for the locks that are free now.
    await assert.rejects(declarePromoted(config), BackupError);
    await waits.close();
    await declarePromoted(config);
  });

  Deno.test("[LOG9] a node that was cut off when a new life began writes nothing in it", async () => {
    let proxy: ReturnType<typeof startTcpProxy> | undefined;
    await using town = await Town.start({
      ...{ people: 1, shards: 1 },
      through: (url) => (proxy ??= startTcpProxy(url)).through(url),
    });
    await using link = proxy!; // a town connects
    const [user] = town.users as [UserId];
    const { discussion } = await town.discussion(user, []);
    await town.accepted(newMessage(user, discussion));

    link.blackHole = true;
    link.cutAll();
    await declarePromoted(town.config);
    link.blackHole = false;
    link.cutAll();

    // Longer than a node waits before it asks again for a lock that it gave back.
    for (const end = performance.now() + 4_000; performance.now() < end;) {
      const { kind } = await town.offer(newMessage(user, discussion));
      assert.ok(kind === "not-now" || kind === "unknown", kind);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const written = await administer(
      town.config.directory,
      (sql) => sql`select 1 from gatz_s0000.events where type = 1`,
    );
    assert.equal(written.length, 1);
    await town.reopen();
    await town.accepted(newMessage(user, discussion));
  });
}
