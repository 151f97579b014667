import assert from "node:assert/strict";
import type { DiscussionId, GroupId, ShardNumber, UserId } from "@gatz/domain";
import type { DiscussionList, DiscussionRow } from "@gatz/storage";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Reads } from "../../packages/storage/src/reads/reads.ts";
import type { ReadPools } from "../../packages/storage/src/reads/read_pools.ts";
import type { PlainListRow } from "./naive_list.ts";
import type { ListStory } from "./list_story.ts";
import type { Town as TownType } from "./town.ts";

if (await needsPostgres(import.meta.url)) {
  const { default: fc } = await import("fast-check");
  const { idToUuid, seq, shardOf, unixMs } = await import("@gatz/domain");
  const { Town } = await import("./town.ts");
  const { logOf, names, plain } = await import("./plainly.ts");
  const { naiveListRow } = await import("./naive_list.ts");
  const { listSteps, runListStep } = await import("./list_story.ts");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { discussionId } = await import("../../packages/domain/testing/ids.ts");

  // No number that the town itself gives.
  let made = 1_000_000;

  const BLOCK = 96, UNBLOCK = 97;

  /** From the rows of the person's own shard. */
  const personOf = (town: TownType, user: UserId, discussion: DiscussionId) =>
    town.byHand(shardOf(user), async (sql) => {
      const nameOf = names(town.users);
      const [mark] = await sql<{ seq: number }[]>`
        select seq from reads where "user" = ${idToUuid(user)} and discussion = ${idToUuid(discussion)}`;
      const blocks = new Set<string>();
      const said = await sql<{ type: number; body: { user: string } }[]>`
        select type, body from events where stream = ${idToUuid(user)} and type in (${BLOCK}, ${UNBLOCK}) order by seq`;
      for (const { type, body } of said) blocks[type === BLOCK ? "add" : "delete"](nameOf(body.user));
      return { name: nameOf(user), read: mark?.seq ?? 0, blocks: [...blocks] };
    });

  const plainRow = (row: DiscussionRow, nameOf: (id: string) => string): PlainListRow => {
    assert.equal(row.unread?.more, false, "there are few");
    const { name, closed, head, lastAt, memberCount, preview } = row;
    return {
      ...{ name, closed, locked: row.locked ?? false, muted: row.muted !== undefined, head, lastAt, memberCount },
      unread: row.unread?.count ?? assert.fail("nobody knows"),
      mentionedBy: row.mentionedBy.map(nameOf).sort(),
      preview: preview && plain(preview, nameOf),
    };
  };

  const byId = (rows: readonly DiscussionRow[]) => rows.toSorted((a, b) => a.discussion < b.discussion ? -1 : 1);

  const checkViewer = async ({ town, discussion }: ListStory, viewer: UserId) => {
    const nameOf = names(town.users);
    const who = await personOf(town, viewer, discussion);
    const expected = naiveListRow(await logOf(town, discussion), who, nameOf);
    const { rows, sum } = await town.storage.discussionsOf(viewer, { limit: 100 });
    const row = rows.find((row) => row.discussion === discussion);
    assert.deepEqual(row === undefined ? null : plainRow(row, nameOf), expected, `to ${who.name}`);
    const ids = [...rows.map((one) => one.discussion), discussion, discussionId(9_999_999, 1), discussionId(1, 999)];
    const asked = await town.storage.discussionRows(viewer, ids);
    assert.deepEqual(byId(asked.rows), byId(rows), "what is asked for by id is what stands in the list");
    if (row === undefined) return;
    assert.equal(row.mark?.seq, who.read);
    assert.equal(row.role === null, row.intervals.at(-1)?.left !== undefined);
    assert.equal(sum?.unread.count, rows.filter((row) => row.unread!.count > 0).length); // checked above
    assert.deepEqual(sum?.mentionedBy.length, rows.flatMap((row) => row.mentionedBy).length);
  };

  Deno.test("[READ2] [VIS4] a row's unread, mentions, preview and all else are what the log says, whatever happened", async () => {
    await using town = await Town.start({ people: 5 });
    const [owner, ...others] = town.users;
    assert.ok(owner);
    await fc.assert(
      fc.asyncProperty(listSteps(town.users.length), async (script) => {
        const story: ListStory = { town, discussion: (await town.discussion(owner, others)).discussion, sent: [] };
        for (const step of script) await runListStep(story, step);
        await town.settled();
        for (const viewer of town.users) await checkViewer(story, viewer);
      }),
      // A step is a commit: shrinking would take minutes. The seed brings it back.
      { numRuns: 8, endOnFailure: true },
    );
  });

  /** A discussion of a group for each number, begun side by side. */
  const discussionsOf = async (town: TownType, maker: UserId, { group, members, many }: {
    group: GroupId;
    members: readonly UserId[];
    many: number;
  }) =>
    await Promise.all(Array.from({ length: many }, async () => {
      const discussion = discussionId(++made, shardOf(group));
      await town.accepted(drafts.createDiscussion(maker, discussion, { group, members }));
      return discussion;
    }));

  const DAY_MS = 86_400_000;

  /** As if nothing had happened in some discussions for days. */
  const longAgo = (town: TownType, discussions: readonly DiscussionId[], days: number) =>
    town.byHand(shardOf(discussions[0]!), async (sql) => {
      const ids = discussions.map(idToUuid);
      await sql`update streams set last_at = last_at - ${days * DAY_MS}::bigint where id = any(${ids}::uuid[])`;
      await sql`update events set at = at - ${days * DAY_MS}::bigint where stream = any(${ids}::uuid[])`;
      await sql`update members set active_on = active_on - ${days} where stream = any(${ids}::uuid[])`;
    });

  /** By plain SQL over all that the viewer is or was in. */
  const inOrder = (town: TownType, viewer: UserId) =>
    town.byHand(shardOf(viewer), async (sql) => {
      const rows = await sql<{ id: string }[]>`
        select m.stream as id from members m join streams s on s.id = m.stream and s.kind = 3
        left join events e on e.stream = m.stream and e.seq = m.left_seq
        where m."user" = ${idToUuid(viewer)} order by coalesce(e.at, s.last_at) desc, m.stream desc`;
      return rows.map(({ id }) => id);
    });

  const allPages = async (town: TownType, viewer: UserId, limit: number) => {
    const ids: string[] = [];
    for (let before: DiscussionList["next"] = null;;) {
      const list = await town.storage.discussionsOf(viewer, { limit, ...(before && { before }) });
      ids.push(...list.rows.map(({ discussion }) => idToUuid(discussion)));
      before = list.next;
      if (before === null) return ids;
    }
  };

  Deno.test("[USR3] pages are in the order of activity for who is in many discussions, in few of many, long ago, or no more", async (t) => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const [me, other] = town.users as [UserId, UserId];
    const { group } = await town.discussion(other, [me]);
    const mine = await discussionsOf(town, other, { group, members: [me], many: 110 });
    const check = async () => {
      const expected = await inOrder(town, me);
      for (const limit of [7, 50]) assert.deepEqual(await allPages(town, me, limit), expected);
      assert.deepEqual(await allPages(town, other, 50), await inOrder(town, other));
    };
    await t.step("in most of the newest", check);
    await t.step("behind a place that is yet to come, by a time beyond all times", async () => {
      const before = { lastAt: unixMs(999_999_999_999_999), discussion: discussionId(++made, 0) };
      const { rows } = await town.storage.discussionsOf(me, { limit: 7, before });
      assert.deepEqual(rows.map((row) => idToUuid(row.discussion)), (await inOrder(town, me)).slice(0, 7));
    });
    await t.step("whose groups are behind all these", async () => {
      const { groups, next } = await town.storage.groupList(me, { limit: 5 });
      assert.deepEqual([groups.map(({ group }) => group), next], [[group], null]);
    });
    for (const n of [3, 40, 77]) await town.accepted(drafts.leaveDiscussion(me, mine[n]!));
    for (const n of [3, 50, 51, 90]) await town.accepted(drafts.newMessage(other, mine[n]!));
    await t.step("some were left", check);
    await discussionsOf(town, other, { group, members: [], many: 270 });
    await t.step("in few of the newest", check);
    await longAgo(town, mine.slice(0, 60), 3);
    await longAgo(town, mine.slice(60, 70), 1);
    await t.step("most are of other days", check);
    await longAgo(town, mine.slice(60), 400);
    await t.step("all of it is long ago", check);
  });

  Deno.test("[READ2] unread is exact to 99, and looks no further than the newest 1,000 messages after the mark", async () => {
    await using town = await Town.start({ people: 2, shards: 1 });
    const [me, other] = town.users as [UserId, UserId];
    const { discussion } = await town.discussion(other, [me]);
    const say = async (actor: UserId, many: number) => {
      const bundle = Array.from({ length: many }, () => drafts.newMessage(actor, discussion));
      const outcomes = await town.storage.offer(discussion, bundle, { deadlineMs: 20_000 });
      assert.ok(outcomes.length === many && outcomes.every(({ kind }) => kind === "accepted"));
    };
    const unread = async () => (await town.storage.discussionsOf(me, { limit: 1 })).rows[0]?.unread;
    await say(other, 99);
    assert.deepEqual(await unread(), { count: 99, more: false });
    await say(other, 1);
    assert.deepEqual(await unread(), { count: 99, more: true });
    await say(me, 950);
    assert.deepEqual(await unread(), { count: 50, more: true }, "of the newest 1,000 my own are 950");
    await town.storage.setPersonal(me, [{ type: "read", discussion, seq: seq(52) }], { deadlineMs: 5_000 });
    assert.deepEqual(await unread(), { count: 49, more: false }, "seqs 53 to 101, of 999 messages");
    await say(me, 60);
    assert.deepEqual(await unread(), { count: 0, more: true });
  });

  /** Reads while some of a shard are not answered; `n`: which of those of the shard, from 1. */
  const readWithout = async <T>(
    town: TownType,
    isSilent: (shard: ShardNumber, n: number) => boolean,
    work: (reads: Reads) => Promise<T>,
  ): Promise<T> => {
    const { createReads } = await import("../../packages/storage/src/reads/reads.ts");
    const { openClient } = await import("../../packages/storage/src/postgres/sql_client.ts");
    const { shardSchema } = await import("../../packages/storage/src/schema/names.ts");
    const { ShardUnavailable } = await import("@gatz/storage/contract");
    const clients = Object.fromEntries(
      Object.entries(town.config.servers).map(([name, url]) =>
        [name, openClient({ url, settings: {}, connectMs: 5_000, onClose: () => {} })] as const
      ),
    );
    const asked = new Map<ShardNumber, number>();
    const read: ReadPools["read"] = async (shard, work) => {
      const n = (asked.get(shard) ?? 0) + 1;
      asked.set(shard, n);
      if (isSilent(shard, n)) throw new ShardUnavailable(shard, 100);
      return await work({ sql: clients[town.config.place(shard)]!.sql, schema: shardSchema(shard) });
    };
    const result = await work(createReads({ shards: town.storage.shards, read, snapshot: read }, town.config.limits));
    for (const { sql } of Object.values(clients)) await sql.end();
    return result;
  };

  Deno.test("[USR3] a list says what it does not know when a shard falls silent, also between two reads", async () => {
    await using town = await Town.start({ people: 2, shards: 2 });
    const [me, other] = town.users as [UserId, UserId];
    const mine = (await town.discussion(me, [other])).discussion;
    const theirs = (await town.discussion(other, [me])).discussion;
    await town.settled();
    const [own, away] = [shardOf(me), shardOf(other)];
    const list = (reads: Reads) => reads.discussionsOf(me, { limit: 10 });
    const part = await readWithout(town, (shard) => shard === away, list);
    assert.deepEqual(part.rows.map(({ discussion }) => discussion), [mine]);
    assert.deepEqual(part.missing.map(({ discussion }) => discussion), [theirs]);
    assert.deepEqual(part.sum?.unread, { count: 0, more: true }, "what is there may be unread");
    // Its third read is that of the marks.
    const unmarked = await readWithout(town, (shard, n) => shard === own && n === 3, list);
    assert.deepEqual(unmarked.rows.map(({ discussion }) => discussion).sort(), [mine, theirs].sort());
    assert.deepEqual(unmarked.rows.map(({ mark, unread }) => [mark, unread]), [[null, null], [null, null]]);
    assert.deepEqual([unmarked.unavailable, unmarked.missing], [[own], []]);
    assert.deepEqual([unmarked.rev, unmarked.sum], [null, null], "nobody is taken to know marks that were not shown");

    const rows = (reads: Reads) => reads.discussionRows(me, [theirs, mine]);
    const some = await readWithout(town, (shard) => shard === away, rows);
    assert.deepEqual([some.rows, some.unavailable], [part.rows, [away]]);
    const without = await readWithout(town, (shard, n) => shard === own && n === 1, rows);
    assert.deepEqual([byId(without.rows), without.unavailable], [byId(unmarked.rows), []]);
    assert.deepEqual([without.rev, without.blocks], [null, null]);
  });

  Deno.test("[VIS4] how a discussion stood for who has left is read without counting its messages, and is else the same", async () => {
    const { selectStatesAt } = await import("../../packages/storage/src/reads/stream_at.ts");
    const { openClient } = await import("../../packages/storage/src/postgres/sql_client.ts");
    const { shardSchema } = await import("../../packages/storage/src/schema/names.ts");
    await using town = await Town.start({ people: 2, shards: 1 });
    const [me, other] = town.users as [UserId, UserId];
    const { discussion } = await town.discussion(other, [me]);
    for (let n = 0; n < 3; n++) await town.accepted(drafts.newMessage(other, discussion));
    const { seq: at } = await town.accepted(drafts.leaveDiscussion(me, discussion));
    await town.accepted(drafts.newMessage(other, discussion));
    const { sql } = openClient({ url: town.database.servers.a, settings: {}, connectMs: 5_000, onClose: () => {} });
    const q = { sql, schema: shardSchema(shardOf(discussion)) };
    const whole = (await selectStatesAt(q, [{ stream: discussion, at }])).get(discussion);
    const uncounted = (await selectStatesAt(q, [{ stream: discussion, at }], { isCounted: false })).get(discussion);
    await sql.end();
    assert.ok(whole?.kind === "discussion" && whole.messages === 3);
    assert.deepEqual(uncounted, { ...whole, messages: 0 });
  });
}
