/** What is stored and read of users themselves: it is what their streams fold to, in parts (USR1, LOG6). @module */
import assert from "node:assert/strict";
import type { UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { foldStream, idToUuid, seq, shardOf } = await import("@gatz/domain");
  const { verify } = await import("@gatz/storage");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { userId } = await import("../../packages/domain/testing/ids.ts");
  const { Town } = await import("./town.ts");

  Deno.test("[USR1] profiles and accounts are parts of what the log of a user folds to, also for another node, and verify finds nothing", async () => {
    await using town = await Town.start({ people: 4, shards: 4 });
    const [ann, ben, cyd, dan] = town.users;
    assert.ok(ann && ben && cyd && dan);
    await town.discussion(ann, [ben, cyd, dan]);
    for (
      const proposal of [
        drafts.setProfile(ann, { name: "Änn", about: 'שלום \\ "me"' }),
        drafts.setHandle(ann, "annie"),
        drafts.blockUser(ann, ben),
        drafts.blockUser(ann, cyd),
        drafts.unblockUser(ann, ben),
        drafts.setProfile(ben, { about: "x" }),
        drafts.setProfile(ben, { about: "" }),
        drafts.endAccount(dan),
      ]
    ) await town.accepted(proposal);
    await town.settled();
    const nobody = userId(990_001, 1);
    const other = await town.open();
    const asked: readonly UserId[] = [...town.users, nobody, ann];
    for (const { profiles, accounts, account, events } of [town.storage, other]) {
      const people = await profiles(asked);
      const known = await accounts(asked);
      assert.deepEqual([people.size, known.size], [5, 5]);
      for (const user of town.users) {
        const log = await events(user, { from: seq(1), to: seq(1_000), limit: 500 });
        const { state } = foldStream(log.events);
        assert.ok(state?.kind === "user");
        const { seq: head, inbox: _, blocks, ...profile } = state;
        const { endedAt } = profile;
        const own = { seq: head, ...(blocks && { blocks }), ...(endedAt !== undefined && { endedAt }) };
        assert.deepEqual(people.get(user), { kind: "known", value: profile });
        assert.deepEqual(known.get(user), { kind: "known", value: own });
        assert.deepEqual(await account(user), own);
      }
      assert.deepEqual([people.get(nobody), await account(nobody)], [{ kind: "missing" }, null]);
    }
    await other.close();
    await town.stop();
    const { problems } = await verify(town.config);
    assert.deepEqual(problems, []);
  });

  Deno.test("[USR4] an account ends whose user was in more discussions than a smallint counts", async () => {
    await using town = await Town.start({ people: 1, shards: 2, limits: { flushDeadlineMs: 60_000 } });
    const [ann] = town.users;
    assert.ok(ann);
    const many = 33_000;
    await town.stop(); // which keeps what it knows of her
    await town.byHand(
      shardOf(ann),
      (sql) =>
        sql`insert into inbox ("user", stream, group_id, by_actor, seq, group_seq, ended)
        select ${idToUuid(ann)}, ('0190a000-0000-7001-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
          '0190a000-0000-7001-8000-ffffffffffff', null, 1, 1, 2
        from generate_series(1, ${many}::int) n`,
    );
    await town.reopen({ outboxDelayMs: 60_000 });
    await town.accepted(drafts.endAccount(ann));
    assert.equal((await town.storage.outbox(shardOf(ann))).waiting, many);
  });
}
