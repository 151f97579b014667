/** Users' own records are read for a backup page by page. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardNumber } = await import("@gatz/domain");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { openStorage } = await import("@gatz/storage");
  const { readPersonalPages } = await import("../../packages/storage/src/backup/personal_records.ts");
  const { openClient } = await import("../../packages/storage/src/postgres/sql_client.ts");
  const { shardSchema } = await import("../../packages/storage/src/schema/names.ts");

  /** More than two pages. */
  const RECORDS = 12_000;

  Deno.test("[BAK1] records of many pages are read each once", async () => {
    await using database = await testDatabase({ shards: 1 });
    const storage = await openStorage(database.storageConfig(), { report: () => {} });
    await storage.close();
    const schema = shardSchema(shardNumber(0));
    const settings = { search_path: schema };
    const { sql } = openClient({ url: database.servers.a, settings, connectMs: 5_000, onClose: () => {} });
    await sql`insert into reads ("user", discussion, epoch, seq, rev)
      select md5((n % 7)::text)::uuid, md5(n::text)::uuid, 0, 1, n from generate_series(1, ${RECORDS}::int) n`;
    await sql`insert into settings ("user", key, value, rev)
      select md5((n % 7)::text)::uuid, 'notify:' || md5(n::text), '"none"', n from generate_series(1, ${RECORDS}::int) n`;
    for (const table of ["reads", "settings"] as const) {
      const revs: number[] = [];
      const headsAtCut = () => assert.fail("nothing is newer");
      for await (const page of readPersonalPages({ sql, schema }, { of: table, before: RECORDS, headsAtCut })) {
        revs.push(...page.map((record) => (JSON.parse(record) as { rev: number }).rev));
      }
      assert.deepEqual(revs.sort((a, b) => a - b), Array.from({ length: RECORDS }, (_, n) => n + 1), table);
    }
    await sql.end();
  });
}
