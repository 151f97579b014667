import { type DiscussionId, idToUuid, shardOf, type UserId } from "@gatz/domain";
import { administer } from "@gatz/testing/test_database.ts";
import { strict as assert } from "node:assert";

/** Messages as rows, up to the seq `to`: nobody waits for 100,000 sends. The discussion is on shard 0, and nothing of it is cached anew. */
export async function fillWithMessages(
  url: string,
  { discussion, author, to }: { discussion: DiscussionId; author: UserId; to: number },
): Promise<void> {
  assert.equal(shardOf(discussion), 0);
  await administer(url, async (sql) => {
    await sql.begin(async (sql) => {
      await sql`select position from gatz_s0000.fence for update`;
      const { count } = await sql`
        insert into gatz_s0000.events (position, at, stream, id, actor, seq, type, version, body)
        select f.position + n, s.last_at, s.id, overlay(gen_random_uuid()::text placing '7000-8' from 15 for 6)::uuid,
          ${idToUuid(author)}::uuid, s.seq + n, 1, 1, jsonb_build_object('text', 'message ' || n)
        from gatz_s0000.streams s cross join gatz_s0000.fence f cross join generate_series(1, ${to} - s.seq) n
        where s.id = ${idToUuid(discussion)}`;
      await sql`update gatz_s0000.fence set position = position + ${count}`;
      await sql`update gatz_s0000.streams set seq = ${to}, messages = messages + ${count},
        position = (select position from gatz_s0000.fence) where id = ${idToUuid(discussion)}`;
    });
    await sql`vacuum analyze gatz_s0000.events`;
  });
}
