/** Projections that another version of the fold wrote. */
import assert from "node:assert/strict";
import type { MessageId, UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { migrate, verify } = await import("@gatz/storage");
  const { deleteMessage, editMessage, newMessage, react } = await import("../../packages/domain/testing/drafts.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { Town } = await import("./town.ts");
  type Town = Awaited<ReturnType<typeof Town.start>>;

  /** Everything that a shard keeps beside its log, as another fold might have left it. */
  const SPOIL = [
    `update fence set fold_version = 0`,
    `update stream_states set fold_version = 0, state = '{"of": "another fold"}'`,
    `update message_changes set fold_version = 0, state = '{"kind": "nothing"}'`,
    `delete from reactions`,
    `update members set role = 1`,
    `update streams set messages = 7`,
  ];

  const furnished = async (town: Town) => {
    const [ann, ben] = town.users;
    assert.ok(ann && ben);
    const { discussion } = await town.discussion(ann, [ben]);
    await town.settled();
    const say = async (who: UserId) => {
      const message = newMessage(who, discussion);
      await town.accepted(message);
      return { target: message.id as MessageId }; // a message's id is that of its event
    };
    const first = await say(ann);
    await town.accepted(react(ben, discussion, first));
    await town.accepted(editMessage(ann, discussion, first));
    await town.accepted(deleteMessage(ben, discussion, await say(ben)));
    return { ann, discussion };
  };

  Deno.test("[LOG7] [LOG6] what an older fold stored is folded anew from the log before a node writes there", async () => {
    await using town = await Town.start({ people: 2, shards: 2 });
    const { ann, discussion } = await furnished(town);
    await town.stop();
    for (const shard of [0, 1]) {
      await town.byHand(town.homeOf(town.users[shard]!), async (sql) => {
        for (const statement of SPOIL) await sql.unsafe(statement);
      });
    }
    assert.notEqual((await verify(town.config)).problemCount, 0, "it was spoilt");
    await migrate(town.config);
    assert.deepEqual((await verify(town.config)).problems, []);
    await town.reopen();
    await town.accepted(newMessage(ann, discussion));
    assert.deepEqual((await verify(town.config)).problems, []);
  });

  Deno.test("[LOG7] a node that knows only an older fold never writes where a newer one has", async () => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const { ann, discussion } = await furnished(town);
    const rows = () => town.byHand(town.homeOf(ann), (sql) => sql`select * from stream_states order by id`);
    await town.byHand(town.homeOf(ann), async (sql) => {
      await sql`update stream_states set fold_version = 99`;
      await sql`update fence set fold_version = 99`;
    });
    const before = await rows();
    const outcome = await town.offer(newMessage(ann, discussion));
    assert.ok(outcome.kind === "not-now" && outcome.reason === "Unavailable", JSON.stringify(outcome));
    await migrate(town.config);
    await town.reopen();
    assert.equal((await town.offer(newMessage(ann, discussion))).kind, "not-now");
    assert.deepEqual(await rows(), before);
  });

  Deno.test("[BAK1] [LOG7] half a restored log is folded by nobody who migrates: the restore would take it for the whole", async () => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const { ann } = await furnished(town);
    await town.stop();
    const streams = () => town.byHand(town.homeOf(ann), (sql) => sql`select 1 from streams`);
    const restoring = (sha256: string | null) =>
      administer(town.config.directory, (sql) => sql`update gatz.installation set restoring = ${sha256}`);
    await town.byHand(town.homeOf(ann), async (sql) => {
      await sql`update fence set fold_version = 0`;
      await sql`delete from streams`;
    });
    await restoring("half of it is there");
    await migrate(town.config);
    assert.equal((await streams()).length, 0);
    await restoring(null);
    await migrate(town.config);
    assert.deepEqual((await verify(town.config)).problems, []);
  });
}
