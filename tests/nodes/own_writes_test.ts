/** Who acts reads their own writes: when a call returns, their lists, pages and feeds on any node show it, or the answer says `pending`. @module */
import { strict as assert } from "node:assert";
import type { FeedItem } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { TestServers } from "@gatz/testing/test_database.ts";
import type { Person } from "@gatz/testing/test_server.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { disposeAll, sent, talk } = await import("../api/talk.ts");

  const OWN_STREAM_MS = 700;
  const SHORT = { callDeadlineMs: 3_000, readDeadlineMs: 1_000, flushDeadlineMs: 1_500, ownStreamMs: OWN_STREAM_MS };
  /** On the other server than shard 3. */
  const OWN = 9;

  /** The stock client on another node, with the same token. */
  const elsewhere = ({ token }: Pick<Person, "token">, url: string) => connect(url, { transport: "http", token }).api;

  /** What a feed on a node brings from now on. */
  async function listen(url: string, { token }: Pick<Person, "token">) {
    const client = connect(url, { transport: "ws", token });
    const items: FeedItem[] = [];
    const live = Promise.withResolvers<void>();
    const feed = client.api.live.inbox.subscribe({}, {
      onData: ({ data }) => {
        items.push(...data.items);
        if (data.items.some(({ type }) => type === "live")) live.resolve();
      },
      onError: live.reject,
    });
    await live.promise;
    return {
      items,
      [Symbol.asyncDispose]: async () => {
        feed.unsubscribe();
        await client[Symbol.asyncDispose]();
      },
    };
  }

  /** `on`: servers that are to break, which nobody waits for long. */
  async function town(on?: TestServers) {
    const limits = on === undefined ? {} : SHORT;
    const one = await testServer({ database: on === undefined ? {} : { on }, limits });
    const other = await testServer({ beside: one, limits });
    const ann = await person(one.url, "ann", { shard: 3 });
    // What Ben makes begins on Ann's shard, and his own stream is far from it.
    const ben = await person(one.url, "ben", { shard: OWN });
    for (const { storage } of [one, other]) await storage.directory.setHome(ben.user, ann.home);
    const rest = disposeAll(one, other, ann, ben);
    return { one, other, ann, ben, [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose]() };
  }

  const open = async (api: Person["api"]) =>
    (await api.discussions.byUser.query({})).rows
      .filter((row) => row.kind === "discussion" && row.mine.at(-1)?.left === undefined).map(({ id }) => id);

  Deno.test("[LOG6] what one begins, joins or leaves stands in one's lists, pages and feeds on the other node when the call returns", async () => {
    await using they = await town();
    const { ann, ben, other } = they;
    const there = elsewhere(ben, other.url);
    await using feed = await listen(other.url, ben);
    for (let n = 0; n < 5; n++) {
      const [group, discussion] = [freshId("grp", ann.home), freshId("disc", ann.home)];
      const id = () => freshId("evt", ann.home);
      const made = await ben.api.groups.create.mutate({ id: id(), stream: group, name: "Group", members: [ann.user] });
      sent(made.outcome);
      const first = { id: freshId("msg", ann.home), text: "first" };
      const begun = await ben.api.discussions.create.mutate({
        ...{ id: id(), stream: discussion, group, name: "Talk", members: [ann.user], first },
      });
      assert.deepEqual([made.pending, begun.pending], [undefined, undefined]);
      assert.ok((await open(there)).includes(discussion), "the list on the other node");
      assert.equal((await there.messages.byDiscussion.query({ discussion })).messages.length, 1);
      const left = await ben.api.discussions.leave.mutate({ id: id(), discussion });
      sent(left.outcome);
      assert.equal(left.pending, undefined);
      assert.ok(!(await open(there)).includes(discussion), "it is left on the other node");
      await eventually(
        () => Promise.resolve(feed.items),
        (items) => items.some((item) => item.type === "joined" && item.stream === discussion),
      );
    }
  });

  Deno.test("[DISC2] who left a group is out of its discussions when the call returns", async () => {
    await using they = await town();
    const { ann, ben, other } = they;
    const there = elsewhere(ben, other.url);
    const talks = await Promise.all([talk(ann, [ben]), talk(ann, [ben]), talk(ann, [ben])]);
    for (const { group, discussion } of talks) {
      await eventually(() => open(there), (ids) => ids.includes(discussion));
      const left = await ben.api.groups.leave.mutate({ id: freshId("evt", ann.home), group });
      sent(left.outcome);
      assert.equal(left.pending, undefined);
      assert.ok(!(await open(there)).includes(discussion));
    }
  });

  Deno.test("[SHARD2] while one's own shard is stuck, or its server down, the write is done and its answer says that it is pending", async (t) => {
    await using servers = await ownServers();
    await using they = await town(servers.urls);
    const { one, other, ann, ben } = they;
    const there = elsewhere(ben, other.url);
    const [first, second, third] = [await talk(ann, [ben]), await talk(ann, [ben]), await talk(ann, [ben])];
    await eventually(() => open(there), (ids) => ids.length === 3);
    const leave = (discussion: typeof first.discussion, id = freshId("evt", ann.home)) =>
      ben.api.discussions.leave.mutate({ id, discussion });
    const took = async <T>(work: Promise<T>) => {
      const began = performance.now();
      return [await work, performance.now() - began] as const;
    };
    const again = freshId("evt", ann.home);

    await t.step("stuck: somebody holds the fence", async () => {
      const fence = `gatz_s${String(OWN).padStart(4, "0")}.fence`;
      await administer(one.database.servers.b!, (sql) =>
        sql.begin(async (held) => {
          await held.unsafe(`select 1 from ${fence} for update`);
          const [left, ms] = await took(leave(first.discussion, again));
          sent(left.outcome);
          assert.equal(left.pending, true);
          assert.ok(ms < OWN_STREAM_MS + 500, `${ms} ms`);
          assert.ok(!(await open(there)).includes(first.discussion), "the list asks the discussion's own shard");
        }));
    });
    await t.step("asked again when that is over, it is a duplicate, and not pending any more", async () => {
      const repeated = await eventually(() => leave(first.discussion, again), ({ pending }) => pending === undefined);
      assert.equal(repeated.outcome.kind, "duplicate");
    });
    await t.step("down: the server does not answer", async () => {
      await servers.b.pause();
      const [left, ms] = await took(leave(second.discussion));
      sent(left.outcome);
      assert.equal(left.pending, true);
      assert.ok(ms < OWN_STREAM_MS + SHORT.readDeadlineMs + 500, `${ms} ms`);
      const list = await eventually(() => open(there), (ids) => !ids.includes(second.discussion));
      assert.deepEqual(list, [third.discussion], "and so it is shown, since then all shards are asked");
      await servers.b.resume();
    });
    await t.step("well again, nothing is pending", async () => {
      const id = freshId("evt", ann.home);
      const left = await eventually(() => leave(third.discussion, id), ({ pending }) => pending === undefined);
      assert.ok(left.outcome.kind === "accepted" || left.outcome.kind === "duplicate");
      assert.deepEqual(await eventually(() => open(there), (ids) => ids.length === 0), []);
    });
  });
}
