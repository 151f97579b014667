/** One discussion out and in (BAK2). @module */
import type { Outcome, Proposal, UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { backup, BackupError, exportDiscussion, openStorage, restore, verify, verifyBackup } = await import(
    "@gatz/storage"
  );
  const { idToUuid, seq, shardOf } = await import("@gatz/domain");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { effectsArrived } = await import("@gatz/testing/effects.ts");
  const { answersTo } = await import("@gatz/testing/answers.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { discussionId } = await import("../../packages/domain/testing/ids.ts");
  const { inShard } = await import("../storage/town.ts");
  const { inTempFolder, livedIn } = await import("./lived_in.ts");

  /** A storage that has just been opened may not know yet what was put into a shard of it. */
  async function answerTo(storage: Storage, proposal: Proposal): Promise<Outcome | undefined> {
    return (await answersTo(storage, [proposal])).outcomes[0];
  }

  type Config = Awaited<ReturnType<typeof livedIn>>["config"];

  /** What is stored of a discussion, but for positions, read by hand. */
  const rowsOf = (config: Config, discussion: Parameters<typeof shardOf>[0]) =>
    inShard(config, shardOf(discussion), async (sql) => {
      const uuid = idToUuid(discussion);
      return {
        events: [
          ...await sql`select to_jsonb(e) - 'position' as row from events e where stream = ${uuid} order by seq`,
        ],
        streams: [...await sql`select to_jsonb(s) - 'position' as row from streams s where id = ${uuid}`],
        states: [...await sql`select to_jsonb(s) as row from stream_states s where id = ${uuid}`],
        members: [
          ...await sql`select to_jsonb(m) - 'joined_position' - 'left_position' as row from members m
            where stream = ${uuid} order by "user", from_seq`,
        ],
        changes: [...await sql`select to_jsonb(c) as row from message_changes c where stream = ${uuid} order by id`],
        reactions: [
          ...await sql`select to_jsonb(r) as row from reactions r join events e on e.id = r.message
            where e.stream = ${uuid} order by message, emoji, "user"`,
        ],
      };
    });

  Deno.test("[BAK2] a discussion goes out and comes in: same ids, seqs, times and state; once, and only onto what it stands on", async () => {
    await using folder = await inTempFolder();
    await using town = await livedIn();
    const [owner, user, other] = town.users as [UserId, UserId, UserId];
    // The installation as it was before the discussion: what an older backup brings back.
    const before = folder.path("before.gatz");
    await backup(town.config, { file: before });
    const discussion = discussionId(900_001, shardOf(town.lived.discussion));
    const one = drafts.newMessage(user, discussion, { text: "one" });
    const two = drafts.newMessage(owner, discussion, { text: "two", replyTo: one.id });
    for (
      const proposal of [
        drafts.createDiscussion(owner, discussion, { group: town.lived.group, members: [user, other] }),
        one,
        two,
        drafts.editMessage(user, discussion, { target: one.id, text: "one, edited" }),
        drafts.react(owner, discussion, { target: one.id }),
        drafts.deleteMessage(owner, discussion, { target: two.id }),
        drafts.leaveDiscussion(other, discussion),
      ]
    ) await town.accepted(proposal);
    await town.settled();
    const file = folder.path("one.gatz");
    const made = await exportDiscussion(town.config, { file, discussion });
    assert.equal(made.events, 7);
    const checked = await verifyBackup({ files: [file] });
    assert.deepEqual({ events: checked.events, problems: checked.problems }, { events: 7, problems: [] });
    await assert.rejects(restore(town.config, { files: [file] }), /is there already/);

    await using target = await testDatabase({ shards: town.config.shards });
    const config = target.storageConfig();
    await restore(config, { files: [before] });
    // It comes into an installation that runs, and goes on.
    const storage = await openStorage(config, { report: () => {} });
    try {
      const first = drafts.newMessage(user, town.lived.discussion, { text: "before it came" });
      assert.match((await answerTo(storage, first))?.kind ?? "", /accepted|duplicate/);
      await restore(config, { files: [file] });
      assert.deepEqual(await rowsOf(config, discussion), await rowsOf(town.config, discussion));
      const [again, next] = await Promise.all([
        answerTo(storage, one),
        answerTo(storage, drafts.newMessage(user, discussion, { text: "three" })),
      ]);
      assert.deepEqual([again?.kind, next && "seq" in next && next.seq], ["duplicate", seq(8)]);
      await effectsArrived(storage);
      const shown = await storage.discussionsOf(user, { limit: 10 });
      assert.ok(shown.rows.some((row) => row.discussion === discussion), "it is in its people's lists");
    } finally {
      await storage.close();
    }
    assert.deepEqual((await verify(config)).problems, []);
    await assert.rejects(restore(config, { files: [file] }), /is there already/);

    await using empty = await testDatabase({ shards: town.config.shards });
    await assert.rejects(restore(empty.storageConfig(), { files: [file] }), /does not fit this installation/);
    await assert.rejects(restore(empty.storageConfig(), { files: [before, file] }), BackupError);
    await assert.rejects(backup(town.config, { file: folder.path("x"), since: file }), BackupError);
    await assert.rejects(
      exportDiscussion(town.config, { file: folder.path("y"), discussion: discussionId(900_002, 0) }),
      /There is no discussion/,
    );
  });
}
