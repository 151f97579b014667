/** Backups of installations that run, restores that are ended in the middle. @module */
import { type DiscussionId, viewersHead } from "@gatz/domain";
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { effectsArrived } = await import("@gatz/testing/effects.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { default: fc } = await import("fast-check");
  const { backup, BackupError, openStorage, restore, StorageMisconfigured, verify, verifyBackup } = await import(
    "@gatz/storage"
  );
  const { administer, testDatabase } = await import("@gatz/testing/test_database.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { runStep, steps } = await import("../storage/happenings.ts");
  const { readLogs } = await import("../storage/log_oracle.ts");
  const { Town } = await import("../storage/town.ts");
  const { inTempFolder } = await import("./lived_in.ts");
  const { fingerprints } = await import("./tables.ts");

  type TownType = Awaited<ReturnType<typeof Town.start>>;

  /** People do things in discussions of their own until they are told to stop. */
  const bustle = (town: TownType, seed: number) => {
    let going = true;
    const scripts = fc.sample(steps(town.users.length), { numRuns: 40, seed });
    const done = Promise.all(town.users.map(async (owner, n) => {
      const others = town.users.filter((user) => user !== owner);
      for (let i = n; going; i++) {
        const story = { town, ...await town.discussion(owner, others), sent: [] };
        for (const step of scripts[i % scripts.length]!) {
          if (!going) break;
          await runStep(story, step);
          await readAll(town, story.discussion);
        }
      }
    }));
    const stop = async () => {
      going = false;
      await done;
    };
    return { stop, [Symbol.asyncDispose]: stop };
  };

  /** Everybody who sees a discussion has read it to the end, and says now and then what of it they want to hear. */
  const readAll = async (town: TownType, discussion: DiscussionId) => {
    const state = await town.storage.state(discussion);
    await Promise.all(town.users.map(async (user) => {
      const head = state === null ? undefined : viewersHead(state, user);
      if (head === undefined) return;
      const setting = { type: "setting", discussion, notify: head % 2 === 0 ? "all" : "none" } as const;
      await town.storage.setPersonal(user, [{ type: "read", discussion, seq: head }, setting], { deadlineMs: 5_000 });
    }));
  };

  const portOf = (url: string, port: number) => {
    const there = new URL(url);
    there.port = String(port);
    return there.href;
  };

  /** What is committed in every shard at this moment. */
  const eventsNow = async (town: TownType) => {
    const shards = await Promise.all(
      town.storage.shards.map((shard) =>
        town.byHand(shard, (sql) =>
          sql<{ id: string; stream: string; seq: number; position: number; at: number }[]>`
          select id::text, stream::text, seq, position::float8 as position, at::float8 as at from events`)
      ),
    );
    return shards.flatMap((rows) => rows.map((row) => ({ ...row })));
  };

  Deno.test("[BAK1] backups made while people write are each of one moment: nothing acked before is missing, nothing has lost its cause", async (t) => {
    const seed = Math.floor(Math.random() * 1e9);
    console.log(`seed ${seed}`);
    await using folder = await inTempFolder();
    await using town = await Town.start({ people: 6, shards: 4 });
    // One server's answers come late, so that moments of different servers would be far apart.
    await using slow = startTcpProxy(town.config.servers.b!);
    slow.delayMs = { up: 0, down: 15 };
    const through = {
      ...town.config,
      servers: { ...town.config.servers, b: portOf(town.config.servers.b!, slow.port) },
    };
    const files: string[] = [];
    let before: Awaited<ReturnType<typeof eventsNow>> = [];
    {
      await using _bustle = bustle(town, seed);
      for (let n = 0; n < 5; n++) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        // All of this is committed before the backup begins.
        before = await eventsNow(town);
        files.push(folder.path(`${n}.gatz`));
        const since = files.at(-2);
        await backup(through, { file: files.at(-1)!, ...(since === undefined ? {} : { since }) });
      }
    }
    for (let n = 1; n <= files.length; n++) {
      await t.step(`the chain of ${n} verifies: every cause and every state that was decided on is in it`, async () => {
        const found = await verifyBackup({ files: files.slice(0, n) });
        assert.deepEqual(found.problems, []);
      });
    }
    await using target = await testDatabase({ shards: 4, servers: 1 });
    const config = target.storageConfig();
    await restore(config, { files });
    assert.deepEqual((await verify(config)).problems, []);
    const after = await readLogs({ servers: config.servers, shards: target.shards });
    const restored = new Map(
      after.events.map(({ id, stream, seq, position, at }) => [id, { id, stream, seq, position, at }]),
    );
    assert.ok(before.length > 100, "people were busy");
    for (const event of before) assert.deepEqual(restored.get(event.id), event, "[LOG4] what was there is there");

    await t.step("the effects that had not arrived are delivered, and all streams end in agreement", async () => {
      const storage = await openStorage(config, { report: () => {} });
      await effectsArrived(storage);
      await storage.close();
      assert.deepEqual((await verify(config)).problems, []);
    });
  });

  Deno.test("[LOG2] after a restore every retry is a duplicate, and another content under a known id is refused", async () => {
    await using folder = await inTempFolder();
    await using town = await Town.start({ people: 3, shards: 4 });
    const [owner, other] = town.users as [typeof town.users[number], typeof town.users[number]];
    const { discussion } = await town.discussion(owner, [other]);
    const sent = Array.from({ length: 20 }, (_, n) => drafts.newMessage(owner, discussion, { text: `message ${n}` }));
    const acks = [];
    for (const draft of sent) acks.push(await town.accepted(draft));
    await town.settled();
    const file = folder.path("a.gatz");
    await backup(town.config, { file });
    await using target = await testDatabase({ shards: 4 });
    await restore(target.storageConfig(), { files: [file] });
    const storage = await openStorage(target.storageConfig(), { report: () => {} });
    const again = await storage.offer(discussion, sent, { deadlineMs: 5_000 });
    assert.deepEqual(again, acks.map((ack) => ({ ...ack, kind: "duplicate" })));
    const forged = { ...sent[0]!, body: { ...sent[0]!.body, text: "other" } };
    const [refused] = await storage.offer(discussion, [forged], { deadlineMs: 5_000 });
    assert.ok(refused?.kind === "rejected" && refused.code === "EventIdReused");
    await storage.close();
  });

  Deno.test("[BAK1] a restore that is killed at any moment goes on with the same files; until it is through no node starts", async () => {
    const seed = Math.floor(Math.random() * 1e9);
    console.log(`seed ${seed}`);
    await using folder = await inTempFolder();
    await using town = await Town.start({ people: 6, shards: 4 });
    {
      await using _bustle = bustle(town, seed);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
    await town.settled();
    const file = folder.path("a.gatz");
    await backup(town.config, { file });
    await town.stop();
    await using target = await testDatabase({ shards: 4 });
    const config = target.storageConfig();
    const child = () => restoreProcess(config, file);
    const whole = await fingerprints(town.config);

    const restoring = () =>
      administer(config.directory, async (sql) => {
        const [row] = await sql<{ restoring: string | null }[]>`select restoring from gatz.installation`;
        return row!.restoring;
      });
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const kill = async (process: Deno.ChildProcess) => {
      process.kill("SIGKILL");
      await process.status;
    };
    const assertNoneStarts = () => assert.rejects(openStorage(config, { report: () => {} }), StorageMisconfigured);
    // The first does not get through: somebody holds a table that it has to fill.
    await administer(config.servers.b!, (sql) =>
      sql.begin(async (held) => {
        await held`lock table gatz_s0003.events`;
        const process = child();
        await until(async () => await restoring() !== null, { withinMs: 60_000 });
        await kill(process);
      }));
    await assertNoneStarts();
    for (let wait = 300;; wait *= 1.2) {
      const process = child();
      const status = await Promise.race([process.status, sleep(wait).then(() => null)]);
      // Killed between its end and its exit it has nothing left to do, and the next one says so.
      if (status !== null) break;
      await kill(process);
      if (await restoring() !== null) await assertNoneStarts();
    }
    assert.deepEqual(await fingerprints(config), whole);
    assert.deepEqual((await verify(config)).problems, []);
    await assert.rejects(restore(config, { files: [file] }), BackupError);
  });

  const restoreProcess = (config: TownType["config"], file: string) => {
    const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tools/restore.ts", file],
      env: {
        DATABASE_URL: config.directory,
        GATZ_SERVERS: Object.entries(config.servers).map(([name, url]) => `${name}=${url}`).join(","),
        GATZ_SHARDS: String(config.shards),
        GATZ_DIGEST_KEY: base64url(config.digestKey),
        GATZ_TOKEN_KEY: base64url(crypto.getRandomValues(new Uint8Array(32))),
      },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
  };
}
