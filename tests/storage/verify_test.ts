import assert from "node:assert/strict";
import type { DiscussionId, PersonalWish, Proposal, StreamId, UserId } from "@gatz/domain";
import type { StorageConfig } from "@gatz/storage";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Damage } from "./damages.ts";
import type { Town as TownType } from "./town.ts";

if (await needsPostgres(import.meta.url)) {
  const { createHmac } = await import("node:crypto");
  const { canonicalContent, idToUuid, seq, shardNumber, shardOf } = await import("@gatz/domain");
  const { verify } = await import("@gatz/storage");
  const { TEST_DIGEST_KEY } = await import("@gatz/testing/template.ts");
  const { administer, databaseUrl, sharedServers } = await import("@gatz/testing/test_database.ts");
  const { inShard, Town } = await import("./town.ts");
  const { DAMAGES } = await import("./damages.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const moderating = await import("../../packages/domain/testing/discussion_drafts.ts");
  const groups = await import("../../packages/domain/testing/group_drafts.ts");

  const SHARDS = 4;
  /** All that a damage can be done to. */
  const TABLES = [
    "fence",
    "events",
    "streams",
    "stream_states",
    "members",
    "message_changes",
    "reactions",
    "inbox",
    "outbox",
    "reads_head",
    "reads",
    "settings",
  ] as const;

  /** Everything happens at least once, and some effects still wait. */
  const livedIn = async () => {
    const town = await Town.start({ people: 5, shards: SHARDS });
    const [owner, user, other, guest, late] = town.users as [UserId, UserId, UserId, UserId, UserId];
    const { group, discussion } = await town.discussion(owner, [user, other, guest]);
    const one = drafts.newMessage(user, discussion, { text: "one" });
    const two = drafts.newMessage(owner, discussion, { text: "two", replyTo: one.id, mentions: [user] });
    for (
      const proposal of [
        one,
        two,
        drafts.newMessage(user, discussion, { text: "three" }),
        drafts.editMessage(user, discussion, { target: one.id, text: "one, edited" }),
        drafts.react(user, discussion, { target: one.id }),
        drafts.react(owner, discussion, { target: one.id, emoji: "🎉" }),
        drafts.react(owner, discussion, { target: two.id }),
        drafts.deleteMessage(owner, discussion, { target: two.id, reason: "a slip" }),
        drafts.addToGroup(owner, group, { users: [late] }),
        drafts.addToDiscussion(owner, discussion, { users: [late], historyFrom: "now" }),
        drafts.removeFromDiscussion(owner, discussion, { user: guest }),
        drafts.leaveDiscussion(late, discussion),
        drafts.addToDiscussion(owner, discussion, { users: [late], historyFrom: seq(4) }),
      ]
    ) await town.accepted(proposal);
    await town.settled();
    // Out of the discussion too, by an effect of an effect.
    await town.accepted(drafts.leaveGroup(late, group));
    await town.settled();
    for (const reader of [owner, user, late]) {
      const wishes: PersonalWish[] = [
        { type: "read", discussion, seq: seq(reader === late ? 3 : 8) },
        { type: "setting", discussion, notify: "mentions" },
      ];
      await town.storage.setPersonal(reader, wishes, { deadlineMs: 5_000 });
    }
    const purge = moderating.expunge(owner, discussion, { author: user, upToSeq: seq(4) });
    const last = drafts.newMessage(user, discussion, { text: "four" });
    await town.accepted(last);
    const { seq: purgedAt } = await town.accepted(purge);
    const flag = moderating.flag(other, discussion, { target: last.id });
    for (
      const proposal of [
        moderating.setRole(owner, discussion, { user: other, role: "moderator" }),
        moderating.pin(other, discussion, last.id),
        flag,
        moderating.mute(owner, discussion, { user, flag: flag.id, reason: "rude" }),
        moderating.slowMode(owner, discussion, { seconds: 30 }),
        drafts.newMessage(other, discussion, { text: "slowly" }),
        moderating.ban(other, discussion, { user: guest }),
        // The group's owner moderates as such, once they are a plain member here.
        moderating.setRole(owner, discussion, { user, role: "owner" }),
        moderating.setRole(user, discussion, { user: owner, role: "member" }),
        moderating.lock(owner, discussion),
      ]
    ) await town.accepted(proposal);
    return { town, owner, user, other, discussion, purgedAt };
  };

  /** A discussion whose effects wait in the outbox. */
  const withWaiting = async (town: TownType, { owner, user }: { owner: UserId; user: UserId }) => {
    await town.reopen({ outboxDelayMs: 600_000 });
    const { discussion } = await town.discussion(owner, [user]);
    return discussion;
  };

  /** A copy of both databases, spoiled or not. */
  const copyOf = async (config: StorageConfig) => {
    const name = `copy_${crypto.randomUUID().replaceAll("-", "")}`;
    const servers = sharedServers();
    const source = new URL(config.directory).pathname.slice(1);
    const onBoth = async (statement: string) => {
      await Promise.all(Object.values(servers).map((url) => administer(url, (sql) => sql.unsafe(statement))));
    };
    await onBoth(`create database ${name} template ${source}`);
    const copy: StorageConfig = {
      ...config,
      directory: databaseUrl(servers.a, name),
      servers: { a: databaseUrl(servers.a, name), b: databaseUrl(servers.b, name) },
    };
    return { config: copy, [Symbol.asyncDispose]: () => onBoth(`drop database ${name} with (force)`) };
  };

  /** Does a damage, and gives what undoes it. */
  const spoil = async (config: StorageConfig, damage: Damage, of: { stream: StreamId; victims: Damaged }) => {
    const victims = {
      discussion: idToUuid(of.victims.discussion),
      user: idToUuid(of.victims.user),
      other: idToUuid(of.victims.other),
    };
    const shard = shardOf(of.stream);
    await inShard(config, shard, async (sql) => {
      for (const table of TABLES) await sql`create table ${sql(`whole_${table}`)} as table ${sql(table)}`;
      const { count } = await damage.spoil(sql, victims);
      assert.ok(count > 0, `${damage.name} changed nothing`);
    });
    return () =>
      inShard(config, shard, async (sql) => {
        await sql`alter table if exists elsewhere rename to events`;
        for (const table of TABLES) {
          await sql`truncate ${sql(table)}`;
          // What is computed from a row's other columns can't be inserted.
          const columns = await sql<{ name: string }[]>`
            select column_name as name from information_schema.columns
            where table_schema = current_schema() and table_name = ${table} and is_generated = 'NEVER'`;
          const names = sql(columns.map(({ name }) => name));
          await sql`insert into ${sql(table)} (${names}) select ${names} from ${sql(`whole_${table}`)}`;
          await sql`drop table ${sql(`whole_${table}`)}`;
        }
      });
  };

  const countsOf = async (config: StorageConfig) => {
    const counts = { events: 0, streams: 0 };
    for (let shard = 0; shard < SHARDS; shard++) {
      const [row] = await inShard(config, shardNumber(shard), (sql) =>
        sql<typeof counts[]>`
          select (select count(*)::int from events) as events, (select count(*)::int from streams) as streams`);
      counts.events += row?.events ?? 0;
      counts.streams += row?.streams ?? 0;
    }
    return counts;
  };

  interface Damaged {
    discussion: DiscussionId;
    user: UserId;
    other: UserId;
  }

  Deno.test("[LOG6] verify says nothing of what is whole, and names each damage", async (t) => {
    const { town, owner, user, other, discussion } = await livedIn();
    await using _town = town;
    const waiting = await withWaiting(town, { owner, user });
    await town.stop();
    const whole = await verify(town.config);
    assert.deepEqual(whole.problems, []);
    assert.equal(whole.problemCount, 0);
    assert.deepEqual({ events: whole.events, streams: whole.streams }, await countsOf(town.config));
    await using copy = await copyOf(town.config);
    for (const damage of DAMAGES) {
      await t.step(damage.name, async () => {
        const about = damage.check === "effects" || damage.check === "outbox" ? waiting : discussion;
        const stream = damage.of === "user" ? user : about;
        const repair = await spoil(copy.config, damage, { stream, victims: { discussion: about, user, other } });
        const { problems } = await verify(copy.config);
        const named = problems.filter((problem) =>
          problem.check === damage.check && problem.shard === shardOf(stream) &&
          (damage.of === "shard" || problem.stream === stream)
        );
        assert.notDeepEqual(named, [], `among ${JSON.stringify(problems, null, 1)}`);
        await repair();
      });
    }
    assert.deepEqual((await verify(copy.config)).problems, [], "each damage was repaired before the next");
  });

  Deno.test("[LOG6] whatever happened, and while it goes on happening, verify has nothing to say", async () => {
    const { default: fc } = await import("fast-check");
    const { runStep, steps } = await import("./happenings.ts");
    await using town = await Town.start({ people: 7, shards: SHARDS });
    const scripts = fc.sample(steps(town.users.length, { ofPeople: true }), { numRuns: 8, seed: 7 });
    const telling = Promise.all(scripts.map(async (script, n) => {
      const owner = town.users[n % town.users.length]!;
      const others = town.users.filter((user) => user !== owner);
      const story = { town, ...await town.discussion(owner, others.slice(3)), sent: [], invited: [] };
      for (const step of script) await runStep(story, step);
      return "told";
    }));
    let during = 0;
    while (await Promise.race([telling, Promise.resolve("going on")]) === "going on") {
      const { events, problems } = await verify(town.config);
      assert.deepEqual(problems, []);
      during += events;
    }
    assert.ok(during > 0, "something was verified meanwhile");
    await town.settled();
    assert.deepEqual((await verify(town.config)).problems, []);
  });

  /** Puts another actor on an event, with the digest that it would then have. */
  const forge = (
    town: TownType,
    config: StorageConfig,
    forged: { stream: StreamId; seq: number; actor: Proposal["actor"] },
  ) =>
    inShard(config, shardOf(forged.stream), async (sql) => {
      const at = seq(forged.seq);
      const { events: [event] } = await town.storage.events(forged.stream, { from: at, to: at, limit: 1 });
      assert.ok(event);
      const content = canonicalContent({ ...event, actor: forged.actor } as Proposal);
      const digest = createHmac("sha256", TEST_DIGEST_KEY).update(content).digest().subarray(0, 16);
      const actor = forged.actor === "system" ? null : idToUuid(forged.actor);
      return await sql`update events set actor = ${actor}, digest = ${digest}
        where stream = ${idToUuid(forged.stream)} and seq = ${forged.seq}`;
    });

  Deno.test("[LOG8] verify judges again who might do what: forgeries with a right digest are found", async () => {
    const { town, user, other, discussion, purgedAt } = await livedIn();
    await using _town = town;
    for (
      const { at, actor, check } of [
        { at: purgedAt, actor: user, check: "authority" }, // the purge, by a plain member
        { at: 5, actor: other, check: "authority" }, // the edit, by someone who did not write the message
        { at: 11, actor: "system", check: "cause" }, // the removal, by gatz itself
      ] as const
    ) {
      await using copy = await copyOfRunning(town);
      await forge(town, copy.config, { stream: discussion, seq: at, actor });
      const { problems } = await verify(copy.config);
      assert.ok(
        problems.some((problem) => problem.check === check && problem.stream === discussion),
        JSON.stringify(problems, null, 1),
      );
      assert.ok(problems.every((problem) => problem.check !== "digest"), "the forgery's digest is right");
    }
  });

  Deno.test("[LOG8] [BLK1] [GRP2] forgeries about groups and people are found", async () => {
    await using town = await Town.start({ people: 6, shards: SHARDS });
    const [owner, user, other, guest, late, stranger] = town.users as [UserId, UserId, UserId, UserId, UserId, UserId];
    const { group, discussion } = await town.discussion(owner, [user, other]);
    const invite = groups.createInvite(user, group);
    await town.settled();
    for (
      const proposal of [
        groups.setGroupRole(owner, group, { user, role: "moderator" }), // 2
        invite, // 3
        groups.joinByInvite(guest, group, invite.id), // 4
        groups.renameGroup(other, group, "Renamed"), // 5
        drafts.blockUser(late, other),
        drafts.addToGroup(owner, group, { users: [late] }), // 6
        drafts.newMessage(other, discussion, { text: "to be gone" }),
        drafts.endAccount(other),
        groups.revokeInvite(owner, group, invite.id),
        groups.transferOwnership(owner, group, user),
        groups.createDirect(owner, guest),
        groups.archiveGroup(user, group),
      ]
    ) await town.accepted(proposal);
    await town.settled();
    assert.deepEqual((await verify(town.config)).problems, []);
    const { events } = await town.storage.events(discussion, { from: seq(1), to: seq(100), limit: 100 });
    const erased = events.find(({ type }) => type === "expunge");
    assert.ok(erased);
    for (
      const { stream = group, at, actor, check } of [
        { at: 2, actor: other, check: "authority" }, // a role, set by a member
        { at: 2, actor: "system", check: "cause" },
        { at: 5, actor: stranger, check: "authority" }, // a name, given by somebody from outside
        { at: 6, actor: other, check: "authority" }, // added by whom they block
        { stream: discussion, at: erased.seq, actor: user, check: "authority" }, // erased by a member
      ] as { stream?: StreamId; at: number; actor: Proposal["actor"]; check: string }[]
    ) {
      await using copy = await copyOfRunning(town);
      await forge(town, copy.config, { stream, seq: at, actor });
      const { problems } = await verify(copy.config);
      assert.ok(
        problems.some((problem) => problem.check === check && problem.stream === stream),
        `${at} by ${actor}: ${JSON.stringify(problems, null, 1)}`,
      );
      assert.ok(problems.every((problem) => problem.check !== "digest"), "the forgery's digest is right");
    }
  });

  /** A database in use can't be copied: storage is closed for that moment. */
  const copyOfRunning = async (town: TownType) => {
    await town.stop();
    const copy = await copyOf(town.config);
    await town.reopen();
    return copy;
  };

  const runVerify = async (config: StorageConfig) => {
    const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tools/verify.ts", "--json"],
      env: {
        DATABASE_URL: config.directory,
        GATZ_SERVERS: Object.entries(config.servers).map(([name, url]) => `${name}=${url}`).join(","),
        GATZ_SHARDS: String(SHARDS),
        GATZ_DIGEST_KEY: base64url(TEST_DIGEST_KEY),
        GATZ_TOKEN_KEY: base64url(crypto.getRandomValues(new Uint8Array(32))),
      },
    });
    const { code, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(text.startsWith("{"), new TextDecoder().decode(stderr));
    return { code, found: JSON.parse(text) as Awaited<ReturnType<typeof verify>> };
  };

  Deno.test("[LOG6] deno task verify --json exits with 0 on what is whole, with 1 on what is not", async () => {
    const { town, discussion } = await livedIn();
    await using _town = town;
    const whole = await runVerify(town.config);
    assert.deepEqual({ code: whole.code, problems: whole.found.problems }, { code: 0, problems: [] });
    await inShard(
      town.config,
      shardOf(discussion),
      (sql) => sql`update streams set messages = 0 where id = ${idToUuid(discussion)}`,
    );
    const spoiled = await runVerify(town.config);
    assert.equal(spoiled.code, 1);
    assert.deepEqual(spoiled.found.problems.map(({ check, stream }) => ({ check, stream })), [
      { check: "head", stream: discussion },
    ]);
  });
}
