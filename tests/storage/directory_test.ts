/** The directory: homes, its bond to a digest key, and life without it. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { position, shardNumber, shardOf } = await import("@gatz/domain");
  const { DirectoryUnavailable, migrate, openStorage, verify } = await import("@gatz/storage");
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { discussionId, groupId, userId } = await import("../../packages/domain/testing/ids.ts");
  const { Town } = await import("./town.ts");
  type Town = Awaited<ReturnType<typeof Town.start>>;

  const rename = (town: Town, from: string, to: string) =>
    administer(town.config.directory, (sql) => sql.unsafe(`alter schema ${from} rename to ${to}`));

  Deno.test("[SHARD4] with the directory down, sending, reading and following go on; handles fail, typed; and it comes back", async () => {
    await using town = await Town.start({ people: 4, shards: 4 });
    const [ann, ben] = town.users;
    assert.ok(ann && ben);
    const { group, discussion } = await town.discussion(ann, [ben]);
    await town.settled();
    await rename(town, "gatz", "gatz_away");

    const message = drafts.newMessage(ann, discussion);
    const { seq } = await town.accepted(message);
    const page = await town.storage.messages(discussion, { viewer: ben, ranges: [{ from: seq, to: seq }], limit: 10 });
    assert.deepEqual(page.messages.map(({ id }) => id), [message.id]);
    const lists = await town.storage.discussionsOf(ben, { limit: 10 });
    assert.deepEqual(lists.rows.map((row) => row.discussion), [discussion]);
    const stop = new AbortController();
    for await (const batch of town.storage.follow(shardOf(discussion), position(0), stop.signal)) {
      if (batch.some(({ event }) => event.id === message.id)) break;
    }
    // Ann's home is cached, for she has made things before.
    await town.accepted(drafts.createDiscussion(ann, discussionId(910_001, 0), { group, members: [ben] }));

    const { directory } = town.storage;
    await assert.rejects(directory.claimHandle("somebody", ann), DirectoryUnavailable);
    await assert.rejects(directory.userByHandle("somebody"), DirectoryUnavailable);
    await assert.rejects(
      directory.saveSession({ id: "x", user: ann, expiresAt: message.body.text.length as never }),
      DirectoryUnavailable,
    );

    await rename(town, "gatz_away", "gatz");
    assert.deepEqual(await directory.claimHandle("somebody", ann), { kind: "granted" });
  });

  Deno.test("[SHARD4] [LOG4] a directory that takes its time keeps nobody from their shards: what is offered to who has just opened is accepted", async () => {
    await using database = await testDatabase({ shards: 2 });
    await using proxy = startTcpProxy(database.directoryUrl);
    const config = database.storageConfig({ readDeadlineMs: 20_000 });
    // Slow from its first answer on: whether the installation's life still goes on is asked for again once a lock's session is there.
    proxy.onData = ({ direction, data }) => {
      if (direction === "down" && new TextDecoder().decode(data).includes("incarnation")) proxy.delayMs.down = 400;
    };
    const storage = await openStorage({ ...config, directory: proxy.through(config.directory) }, { report: () => {} });
    const outcomes = await Promise.all(
      [0, 1].map((shard) => drafts.register(userId(940_001, shard)))
        .map((draft) => storage.offer(draft.stream, [draft], { deadlineMs: 20_000 })),
    );
    assert.deepEqual(outcomes.flat().map(({ kind }) => kind), ["accepted", "accepted"]);
    await storage.close();
  });

  Deno.test("[ID4] a group or discussion minted neither at its maker's home nor at a past one is refused, with the shard to use", async () => {
    await using town = await Town.start({ people: 1, shards: 4 });
    const [ann] = town.users;
    assert.ok(ann);
    const elsewhere = groupId(920_001, 3);
    assert.deepEqual(await town.offer(drafts.createGroup(ann, elsewhere)), {
      kind: "rejected",
      code: "WrongShard",
      field: "stream",
      detail: { use: 0 },
    });
    await town.storage.directory.setHome(ann, shardNumber(3));
    await town.accepted(drafts.createGroup(ann, elsewhere));
    await town.accepted(drafts.createGroup(ann, groupId(920_002, 0)));
    await town.storage.directory.setHome(ann, shardNumber(2));
    assert.deepEqual(await town.storage.directory.home(ann), { home: 2, past: [0, 3] });
    await town.accepted(drafts.createGroup(ann, groupId(920_003, 3)));
    const wrong = await town.offer(drafts.createGroup(ann, groupId(920_004, 1)));
    assert.ok(wrong.kind === "rejected" && wrong.code === "WrongShard");
  });

  Deno.test("[ID4] a first home is set once; another node whose knowledge of it is older asks again before it refuses", async () => {
    await using town = await Town.start({ people: 1, shards: 4 });
    const [ann] = town.users;
    assert.ok(ann);
    const other = await town.open();
    assert.deepEqual(await other.directory.home(ann), { home: 0, past: [] });
    const { directory } = town.storage;
    assert.equal(await directory.setFirstHome(ann, shardNumber(3)), true);
    assert.equal(await directory.setFirstHome(ann, shardNumber(2)), false);
    assert.deepEqual(await directory.home(ann), { home: 3, past: [0] });
    assert.deepEqual(await other.directory.home(ann), { home: 0, past: [] }, "the cached one");
    const draft = drafts.createGroup(ann, groupId(920_005, 3));
    await town.stop();
    const outcomes = await eventually(
      () => other.offer(draft.stream, [draft], { deadlineMs: 5_000 }),
      ([outcome]) => outcome?.kind !== "not-now", // until it has taken the shard
    );
    assert.deepEqual(outcomes.map(({ kind }) => kind), ["accepted"]);
    await other.close();
  });

  Deno.test("[LOG2] a database is bound to the key of its digests: with another, nothing opens, migrates or verifies it", async () => {
    await using database = await testDatabase({ shards: 2 });
    const config = database.storageConfig();
    const other = { ...config, digestKey: crypto.getRandomValues(new Uint8Array(32)) };
    const refusal = { name: "StorageMisconfigured", setting: "digestKey" };
    await assert.rejects(openStorage(other), refusal);
    await assert.rejects(migrate(other), refusal);
    await assert.rejects(verify(other), refusal);
    await migrate(config);
    assert.equal((await verify(config)).problemCount, 0);
    await (await openStorage(config)).close();
    const [kept] = await administer(config.directory, (sql) => sql`select * from gatz.installation`);
    assert.ok(!JSON.stringify(kept).includes(JSON.stringify([...config.digestKey]).slice(1, -1)), "not the key itself");
  });

  Deno.test("[SHARD1] a shard that would be placed on a server that is not configured is not in the map afterwards", async () => {
    await using database = await testDatabase({ shards: 2 });
    const config = { ...database.storageConfig(), shards: 3 };
    const refusal = { name: "StorageMisconfigured", setting: "servers" };
    await assert.rejects(migrate({ ...config, place: () => "nowhere" }), refusal);
    await migrate({ ...config, place: () => "a" });
    const storage = await openStorage(config);
    assert.deepEqual(storage.shards, [0, 1, 2]);
    await storage.close();
  });

  Deno.test("[ID1] a stream on a shard that does not exist is refused, naming the field", async () => {
    await using town = await Town.start({ people: 1, shards: 2 });
    const outcome = await town.offer(drafts.register(userId(930_001, 77)));
    assert.ok(outcome.kind === "rejected" && outcome.code === "Malformed" && outcome.field === "stream");
  });
}
