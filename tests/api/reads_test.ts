/** Read marks and settings through two servers: what one device sets, all of them hold (READ1, VIS3, SEC2). @module */
import { strict as assert } from "node:assert";
import type { FeedItem } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { Person } from "@gatz/testing/test_server.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const PATIENCE_MS = 5_000;

  async function twoServers(limits: Parameters<typeof testServer>[0] = {}) {
    const one = await testServer({ database: { shards: 4 }, ...limits });
    const other = await testServer({ beside: one, ...limits });
    return { one, other, [Symbol.asyncDispose]: () => disposeAll(one, other)[Symbol.asyncDispose]() };
  }

  /** Another device of the same person, and what its feed brings. */
  async function listen(url: string, { token }: Pick<Person, "token">, cursor?: string) {
    const client = connect(url, { transport: "ws", token });
    const items: FeedItem[] = [];
    let last = cursor;
    const live = Promise.withResolvers<void>();
    const feed = client.api.live.inbox.subscribe(cursor === undefined ? {} : { cursor }, {
      onData: ({ id, data }) => {
        items.push(...data.items);
        last = id;
        if (data.items.some(({ type }) => type === "live")) live.resolve();
      },
      onError: live.reject,
    });
    await live.promise;
    const own = () => items.flatMap((item) => item.type === "read" ? [`${item.epoch}.${item.seq}`] : []);
    return {
      items,
      own,
      get cursor() {
        return last;
      },
      until: async (wanted: () => boolean, what: string) => {
        for (const end = performance.now() + PATIENCE_MS; !wanted();) {
          assert.ok(performance.now() < end, `never came: ${what}; got ${JSON.stringify(items)}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
      [Symbol.asyncDispose]: async () => {
        feed.unsubscribe();
        await client[Symbol.asyncDispose]();
      },
    };
  }

  async function say(who: Person, discussion: Awaited<ReturnType<typeof talk>>["discussion"], many: number) {
    for (let n = 0; n < many; n++) {
      sent((await who.api.messages.send.mutate({ id: freshId("msg", who.home), discussion, text: `${n}` })).outcome);
    }
  }

  const marked = ({ mark }: { mark: { epoch: number; seq: number } }) => [mark.epoch, Number(mark.seq)];
  const codeOf = (call: Promise<unknown>) =>
    call.then(() => "answered", (error: { data?: { code?: string } }) => error.data?.code);

  Deno.test("[READ1] what one device marks comes to the others through both servers, at once or after a cut", async () => {
    await using servers = await twoServers();
    await using ann = await person(servers.one.url, "ann");
    await using ben = await person(servers.one.url, "ben");
    const { discussion } = await talk(ann, [ben]);
    await say(ann, discussion, 5);
    await using phone = await listen(servers.other.url, ben);
    await using tablet = await listen(servers.one.url, ben);
    const laptop = await listen(servers.other.url, ben);
    const { mark } = await ben.api.reads.mark.mutate({ discussion, seq: 3 as never });
    for (const device of [phone, tablet, laptop]) await device.until(() => device.own().length > 0, "the mark");
    await laptop[Symbol.asyncDispose]();
    assert.deepEqual(marked(await ben.api.reads.markUnread.mutate({ discussion, seq: 1 as never })), [1, 1]);
    const stale = await ben.api.reads.mark.mutate({ discussion, seq: 5 as never, epoch: mark.epoch });
    assert.deepEqual(marked(stale), [1, 1], "from a device that had not heard of the unread mark");
    assert.deepEqual(marked(await ben.api.reads.mark.mutate({ discussion, seq: 4 as never })), [1, 4]);
    await ben.api.settings.setDiscussion.mutate({ discussion, notify: "mentions" });
    for (const device of [phone, tablet]) {
      await device.until(() => device.own().at(-1) === "1.4", "the last mark");
      await device.until(() => device.items.some(({ type }) => type === "setting"), "the setting");
    }
    await using again = await listen(servers.one.url, ben, laptop.cursor);
    assert.deepEqual(again.own(), ["1.4"], "what it missed, and no more");
    const { marks, asOf } = await ben.api.reads.get.query({ discussions: [discussion] });
    assert.deepEqual(marks.map((one) => [one.epoch, one.seq]), [[1, 4]]);
    const { settings } = await ben.api.settings.ofDiscussions.query({ discussions: [discussion] });
    assert.deepEqual(settings.map(({ notify, rev }) => [notify, rev]), [["mentions", asOf]]);
  });

  Deno.test("[LIVE3] the list's asOf is a cursor for marks too: what is marked after it comes, what was before does not", async () => {
    await using servers = await twoServers();
    await using ann = await person(servers.one.url, "ann");
    const { discussion } = await talk(ann, []);
    await say(ann, discussion, 4);
    await ann.api.reads.mark.mutate({ discussion, seq: 1 as never });
    const { asOf } = await ann.api.discussions.byUser.query({});
    await ann.api.reads.mark.mutate({ discussion, seq: 2 as never });
    await using device = await listen(servers.other.url, ann, asOf);
    assert.deepEqual(device.own(), ["0.2"]);
  });

  Deno.test("[VIS3] a mark goes no further than its user may see, and a discussion that they never were in does not exist", async () => {
    await using server = await testServer({ database: { shards: 4 } });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    await using cyd = await person(server.url, "cyd");
    const { discussion } = await talk(ann, [ben]);
    await say(ann, discussion, 2);
    assert.deepEqual(marked(await ann.api.reads.mark.mutate({ discussion, seq: 1_000 as never })), [0, 3], "the head");
    const { outcome } = await ann.api.discussions.removeMember.mutate({
      ...{ id: freshId("evt", ann.home), discussion, user: ben.user },
    });
    sent(outcome);
    await say(ann, discussion, 3);
    assert.deepEqual(
      marked(await ben.api.reads.mark.mutate({ discussion, seq: 7 as never })),
      [0, 4],
      "where they left",
    );
    const nowhere = freshId("disc", ann.home);
    const asked = async (which: typeof discussion) => [
      await codeOf(cyd.api.reads.mark.mutate({ discussion: which, seq: 1 as never })),
      await codeOf(cyd.api.reads.markUnread.mutate({ discussion: which, seq: 0 })),
      await codeOf(cyd.api.settings.setDiscussion.mutate({ discussion: which, notify: "none" })),
      (await cyd.api.reads.markMany.mutate({ marks: [{ discussion: which, seq: 1 as never }] })).marks.map(({ kind }) =>
        kind
      ),
    ];
    const expected = ["NotFound", "NotFound", "NotFound", ["missing"]];
    assert.deepEqual([await asked(discussion), await asked(nowhere)], [expected, expected]);
    const { marks } = await cyd.api.reads.get.query({ discussions: [discussion, nowhere] });
    assert.deepEqual(marks.map(({ seq, rev }) => [seq, rev]), [[0, 0], [0, 0]]);
  });

  Deno.test("[SHARD2] of many marks only that of a discussion whose shard does not answer is unavailable", async () => {
    await using server = await testServer({ database: { shards: 4 } });
    await using ann = await person(server.url, "ann", { shard: 0 });
    await using ben = await person(server.url, "ben", { shard: 1 });
    const [here, there] = [await talk(ann, [ben]), await talk(ben, [ann])];
    const { administer } = await import("@gatz/testing/test_database.ts");
    await administer(server.database.servers.a!, (sql) => sql`alter table gatz_s0001.streams rename to gone`);
    const marks = [here, there].map(({ discussion }) => ({ discussion, seq: 1 as never }));
    const answer = await ann.api.reads.markMany.mutate({ marks });
    assert.deepEqual(answer.marks.map(({ kind }) => kind), ["marked", "unavailable"]);
    assert.equal(await codeOf(ann.api.reads.mark.mutate(marks[1]!)), "Unavailable");
  });

  Deno.test("[SEC2] marksPerMinute, marksBurst: more marks than that are refused, and none of them is made", async () => {
    await using server = await testServer({
      database: { shards: 2 },
      rates: "default",
      limits: { marksPerMinute: 1, marksBurst: 3 },
    });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    const mark = { discussion, seq: 1 as never };
    await ann.api.reads.markMany.mutate({ marks: [mark, mark] });
    const refused = await ann.api.reads.markMany.mutate({ marks: [mark, mark] }).catch(({ data }) => data);
    assert.deepEqual([refused.code, refused.limiter], ["RateLimited", "marks"]);
    await ann.api.reads.mark.mutate(mark);
  });
}
