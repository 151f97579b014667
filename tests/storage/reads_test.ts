import assert from "node:assert/strict";
import type { DiscussionId, ShardNumber, ShownMessage, UserId } from "@gatz/domain";
import type { ReadPools } from "../../packages/storage/src/reads/read_pools.ts";
import type { MessagePage } from "@gatz/storage";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Town as TownType } from "./town.ts";

if (await needsPostgres(import.meta.url)) {
  const { default: fc } = await import("fast-check");
  const { intervalsOf, seq, shardOf, visibleRanges } = await import("@gatz/domain");
  const { Town } = await import("./town.ts");
  const { logOf, names, plain } = await import("./plainly.ts");
  const { naiveView } = await import("./naive_view.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { runStep, steps } = await import("./happenings.ts");

  /** All pages of a viewer's messages, newest first. */
  const allMessages = async (town: TownType, discussion: DiscussionId, viewer: UserId) => {
    const state = await town.storage.state(discussion);
    assert.ok(state?.kind === "discussion");
    const ranges = visibleRanges(intervalsOf(state, viewer), state.seq);
    const messages: ShownMessage[] = [];
    let asOf = seq(0);
    let before: MessagePage["before"] = null;
    do {
      const page: MessagePage = await town.storage.messages(discussion, {
        viewer,
        ranges,
        limit: 3,
        ...(before && { before }),
      });
      assert.ok(page.messages.length <= 3);
      messages.push(...page.messages);
      ({ asOf, before } = page);
    } while (before !== null);
    const ids = messages.map((message) => message.id);
    const byId = await town.storage.messagesById(discussion, { viewer, ids, ranges });
    assert.deepEqual(messages.map(({ id }) => byId.messages.get(id)), messages, "by id as in pages");
    return { asOf, messages };
  };

  const checkViewer = async (town: TownType, discussion: DiscussionId, viewer: UserId) => {
    const nameOf = names(town.users);
    const expected = naiveView(await logOf(town, discussion), nameOf(viewer), nameOf);
    const { asOf, messages } = await allMessages(town, discussion, viewer);
    assert.deepEqual({ asOf, messages: messages.map((m) => plain(m, nameOf)) }, {
      asOf: expected.head,
      messages: expected.messages,
    });
    const list = await town.storage.discussionsOf(viewer, { limit: 1_000 });
    const row = list.rows.find((row) => row.discussion === discussion);
    if (expected.head === 0) return assert.equal(row, undefined);
    assert.ok(row, "in the list");
    const { head, lastAt, memberCount, preview } = row;
    assert.deepEqual({ head, lastAt, memberCount, preview: preview && plain(preview, nameOf) }, {
      head: expected.head,
      lastAt: expected.lastAt,
      memberCount: expected.memberCount,
      preview: expected.messages[0] ?? null,
    });
  };

  Deno.test("[VIS4] pages, look-ups and previews are the fold of what the viewer sees, whatever happened", async () => {
    await using town = await Town.start({ people: 5 });
    const [owner, ...others] = town.users;
    assert.ok(owner);
    await fc.assert(
      fc.asyncProperty(steps(town.users.length), async (script) => {
        const story = { town, ...await town.discussion(owner, others), sent: [] };
        for (const step of script) await runStep(story, step);
        await town.settled();
        for (const viewer of town.users) await checkViewer(town, story.discussion, viewer);
      }),
      { numRuns: 8 },
    );
  });

  Deno.test("[VIS4] an ex-member sees messages as they stood, also those edited and deleted later", async () => {
    await using town = await Town.start({ people: 2 });
    const [owner, guest] = town.users;
    assert.ok(owner && guest);
    const { discussion } = await town.discussion(owner, [guest]);
    const [one, two] = [drafts.newMessage(owner, discussion, { text: "one" }), drafts.newMessage(owner, discussion)];
    await town.accepted(one);
    await town.accepted(two);
    await town.accepted(drafts.leaveDiscussion(guest, discussion));
    await town.accepted(drafts.editMessage(owner, discussion, { target: one.id, text: "changed" }));
    await town.accepted(drafts.deleteMessage(owner, discussion, { target: two.id }));
    await town.accepted(drafts.newMessage(owner, discussion, { text: "behind their back" }));
    const then = await allMessages(town, discussion, guest);
    assert.deepEqual(then.messages.map((m) => m.kind === "live" && m.text), ["hello", "one"]);
    assert.equal(then.asOf, 4);
    const now = await allMessages(town, discussion, owner);
    assert.deepEqual(now.messages.map((m) => m.kind === "live" && m.text), ["behind their back", false, "changed"]);
    await checkViewer(town, discussion, guest);
  });

  Deno.test("[USR3] pages of discussions: newest activity first over all shards, none twice, none missing", async () => {
    await using town = await Town.start({ people: 4 });
    const [first, ...rest] = town.users;
    assert.ok(first);
    const mine: DiscussionId[] = [];
    for (let n = 0; n < 12; n++) {
      const maker = town.users[n % 4] ?? first;
      const { discussion } = await town.discussion(maker, [first, ...rest]);
      mine.push(discussion);
    }
    await town.settled();
    for (const n of [3, 7, 1]) await town.accepted(drafts.newMessage(first, mine[n] ?? assert.fail()));
    await town.accepted(drafts.leaveDiscussion(first, mine[6] ?? assert.fail()));
    await town.accepted(drafts.newMessage(rest[0] ?? first, mine[6] ?? assert.fail()));
    const expected = await lastSeen(town, mine, first);
    const pages: { discussion: DiscussionId; lastAt: number }[] = [];
    for (let before: Awaited<ReturnType<typeof town.storage.discussionsOf>>["next"] = null;;) {
      const list = await town.storage.discussionsOf(first, { limit: 5, ...(before && { before }) });
      assert.deepEqual(list.unavailable, []);
      assert.deepEqual([...list.asOf.keys()].sort(), [0, 1, 2, 3]);
      pages.push(...list.rows.map(({ discussion, lastAt }) => ({ discussion, lastAt })));
      before = list.next;
      if (before === null) break;
    }
    assert.deepEqual(pages, expected);
  });

  /** By plain SQL: the discussions, with the time of the last event that the viewer saw, newest first. */
  const lastSeen = async (town: TownType, discussions: readonly DiscussionId[], viewer: UserId) => {
    const nameOf = names(town.users);
    const seen = await Promise.all(discussions.map(async (discussion) => {
      const view = naiveView(await logOf(town, discussion), nameOf(viewer), nameOf);
      return { discussion, lastAt: view.lastAt };
    }));
    return seen.sort((a, b) => b.lastAt - a.lastAt || (a.discussion < b.discussion ? 1 : -1));
  };

  /** Hides a shard's tables, as if its server did not have them. */
  const withoutShard = async (town: TownType, shard: ShardNumber, work: () => Promise<void>) => {
    const schema = `gatz_s${String(shard).padStart(4, "0")}`;
    await town.byHand(shard, (sql) => sql`alter schema ${sql(schema)} rename to hidden`);
    try {
      await work();
    } finally {
      await town.byHand(shard, (sql) => sql`alter schema hidden rename to ${sql(schema)}`);
    }
  };

  Deno.test("[USR3] a shard that does not answer is named in the list, and costs only its own rows", async () => {
    await using town = await Town.start({ people: 4 });
    const [me, ...rest] = town.users;
    assert.ok(me);
    const mine: DiscussionId[] = [];
    for (const maker of town.users) mine.push((await town.discussion(maker, [me, ...rest])).discussion);
    await town.settled();
    for (const lost of town.storage.shards) {
      await withoutShard(town, lost, async () => {
        const { rows, unavailable, asOf } = await town.storage.discussionsOf(me, { limit: 10 });
        assert.deepEqual(unavailable, [lost]);
        assert.deepEqual(
          new Set(rows.map((row) => row.discussion)),
          new Set(mine.filter((id) => shardOf(id) !== lost)),
        );
        assert.deepEqual(new Set(asOf.keys()), new Set(town.storage.shards.filter((shard) => shard !== lost)));
        const facts = await town.storage.states(mine);
        const kinds = mine.map((id) => facts.get(id)?.kind);
        assert.deepEqual(kinds, mine.map((id) => shardOf(id) === lost ? "unavailable" : "known"));
        await assert.rejects(async () => {
          for (const id of mine) await town.storage.state(id);
        }, { name: "ShardUnavailable", shard: lost });
      });
    }
  });

  Deno.test("[READ0] states asked for before the query is sent share it; after that they do not", async () => {
    await using town = await Town.start({ people: 4, shards: 1 });
    const { createReads } = await import("../../packages/storage/src/reads/reads.ts");
    const { openClient } = await import("../../packages/storage/src/postgres/sql_client.ts");
    const { shardSchema } = await import("../../packages/storage/src/schema/names.ts");
    const client = openClient({ url: town.database.servers.a, settings: {}, connectMs: 5_000, onClose: () => {} });
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
    let sent = 0;
    const read: ReadPools["read"] = async (shard, work) => {
      await room;
      sent++;
      return await work({ sql: client.sql, schema: shardSchema(shard) });
    };
    const reads = createReads({ shards: town.storage.shards, read, snapshot: read }, town.config.limits);
    const [a, b, c] = town.users as [UserId, UserId, UserId];
    const first = [reads.state(a), reads.state(a), reads.state(b)];
    await new Promise((resolve) => setTimeout(resolve, 10));
    const joining = reads.states([b, c]);
    makeRoom();
    assert.deepEqual((await Promise.all(first)).map((state) => state?.id), [a, a, b]);
    assert.deepEqual([...(await joining).keys()], [b, c]);
    assert.equal(sent, 1);
    assert.equal((await reads.state(c))?.id, c);
    assert.equal(sent, 2);
    await client.sql.end();
  });

  Deno.test("[READ0] a page of events ends at its bounds of count and bytes, and says the head it was read at", async () => {
    await using town = await Town.start({ people: 1 });
    const [owner] = town.users;
    assert.ok(owner);
    const { discussion } = await town.discussion(owner, []);
    for (let n = 0; n < 12; n++) {
      await town.accepted(drafts.newMessage(owner, discussion, { text: "語".repeat(10_000) }));
    }
    const ask = { from: seq(2), to: seq(2 ** 40) };
    const page = await town.storage.events(discussion, { ...ask, limit: 500 });
    assert.equal(page.asOf, 13);
    assert.ok(page.events.length >= 8 && page.events.length < 12, `${page.events.length} events`);
    assert.deepEqual(page.events.map((event) => event.seq), page.events.map((_, n) => n + 2));
    assert.equal((await town.storage.events(discussion, { ...ask, limit: 3 })).events.length, 3);
    const newest = await town.storage.events(discussion, { ...ask, limit: 500, newest: true });
    assert.ok(newest.events.length >= 8 && newest.events.length < 12, `${newest.events.length} events`);
    const seqs = newest.events.map((event) => event.seq);
    assert.deepEqual(seqs, newest.events.map((_, n) => 14 - newest.events.length + n));
    const few = await town.storage.events(discussion, { from: seq(2), to: seq(9), limit: 3, newest: true });
    assert.deepEqual(few.events.map((event) => event.seq), [7, 8, 9]);
    const beyond = await town.storage.events(discussion, { from: seq(14), to: seq(20), limit: 3 });
    assert.deepEqual(beyond, { asOf: seq(13), events: [] });
  });

  Deno.test("[VIS3] ids of nothing, of another kind and of no shard are found nowhere", async () => {
    const { discussionId, groupId, messageId } = await import("../../packages/domain/testing/ids.ts");
    await using town = await Town.start({ people: 1 });
    const [owner] = town.users;
    assert.ok(owner);
    const { discussion, group } = await town.discussion(owner, []);
    const { id } = await town.accepted(drafts.newMessage(owner, discussion));
    const nobody = [discussionId(9_999, 0), discussionId(9_999, 999)];
    const asGroup = `grp_${discussion.slice("disc_".length)}` as ReturnType<typeof groupId>;
    const facts = await town.storage.states([...nobody, asGroup, group, discussion]);
    assert.deepEqual([...facts.values()].map((fact) => fact.kind), ["missing", "missing", "missing", "known", "known"]);
    assert.equal(await town.storage.state(asGroup), null);
    assert.equal(await town.storage.discussionOf(messageId(9_999, 0)), null);
    assert.equal(await town.storage.discussionOf(messageId(9_999, 999)), null);
    assert.equal(await town.storage.discussionOf(id as ReturnType<typeof messageId>), discussion);
  });
}
