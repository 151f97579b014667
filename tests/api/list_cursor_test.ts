/** A list's `asOf` is a cursor: what the list does not show yet, a feed from there brings (LIVE3). */
import type { EventId, Position, ShardNumber } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { TestServer } from "@gatz/testing/test_server.ts";
import assert from "node:assert/strict";

if (await needsPostgres(import.meta.url)) {
  const { shardOf, uuidToId } = await import("@gatz/domain");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { testServer, person, freshId } = await import("@gatz/testing/test_server.ts");
  const { decodeCursor } = await import("../../apps/server/src/live/cursor.ts");
  const { sent, talk } = await import("./talk.ts");
  const ROUNDS = 40;
  /** About as long as a list takes. */
  const WITHIN_MS = 12;

  async function positionsOn({ database }: TestServer, shard: ShardNumber): Promise<ReadonlyMap<EventId, number>> {
    const url = database.servers[database.shards.get(shard)!]; // all shards are placed
    const schema = `gatz_s${String(shard).padStart(4, "0")}`;
    const rows = await administer(
      url,
      (sql) => sql<{ id: string; position: string }[]>`select id, position from ${sql(schema)}.events`,
    );
    return new Map(rows.map(({ id, position }) => [uuidToId("evt", id), Number(position)]));
  }

  Deno.test("[LIVE3] [BLK1] who is blocked while a list is read is blocked in it, or by what a feed brings after it", async () => {
    await using server = await testServer();
    await using ann = await person(server.url, "ann", { transport: "ws" });
    await using ben = await person(server.url, "ben");
    const { discussion, shard } = await talk(ann, [ben]);
    const hello = { id: freshId("msg", shard), discussion, text: "Hello" };
    sent((await ben.api.messages.send.mutate(hello)).outcome);
    const own = shardOf(ann.user);
    /** Of the lists that do not show it, up to where they say that they do. */
    const late: { id: EventId; asOf: Position }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [id, on] = [freshId("evt", own), round % 2 === 0];
      const type = on ? "block-user" : "unblock-user";
      const draft = { stream: ann.user, id, type, version: 1, body: { user: ben.user } } as const;
      const offering = new Promise((resolve) => setTimeout(resolve, Math.random() * WITHIN_MS))
        .then(() => ann.api.log.offer.mutate({ stream: ann.user, drafts: [draft] }));
      const { rows: [row], asOf } = await ann.api.discussions.byUser.query({});
      sent((await offering).outcomes[0]!);
      assert(row?.kind === "discussion");
      const cursor = decodeCursor(asOf)?.positions.get(own);
      if ((row.preview?.kind === "blocked") !== on && cursor !== undefined) late.push({ id, asOf: cursor });
    }
    const positions = await positionsOn(server, own);
    assert(late.length > 0, "every list was read after the block");
    assert.deepEqual(late.filter(({ id, asOf }) => asOf >= positions.get(id)!), []);
  });
}
