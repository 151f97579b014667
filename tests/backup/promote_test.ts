import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { BackupError, declarePromoted, openStorage } = await import("@gatz/storage");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");

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
}
