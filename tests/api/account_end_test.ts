/** The end of an account: what it closes, on every node, and what is left of it (USR4, LIVE6). @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardOf } = await import("@gatz/domain");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { within } = await import("../../apps/server/src/live/pause.ts");
  const { followBySse } = await import("../service/sse_reader.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;
  type Api = ReturnType<typeof connect>["api"];

  const DATABASE = { shards: 4 };
  const SOON_MS = 1_000;
  const PATIENCE_MS = 10_000;
  const end = (who: Person) => who.api.users.endAccount.mutate({ id: freshId("evt", shardOf(who.user)) });
  const codeOf = (what: Promise<unknown>) =>
    what.then(() => "answered", (error: { data?: { code?: string } }) => error.data?.code);

  /** A feed that is live; `over` is what it ends with. */
  async function feed(api: Api, input: Parameters<Api["live"]["inbox"]["subscribe"]>[0] = {}) {
    const [live, over] = [Promise.withResolvers<void>(), Promise.withResolvers<{ code: unknown; at: number }>()];
    api.live.inbox.subscribe(input, {
      onData: ({ data }) => data.items.some(({ type }) => type === "live") && live.resolve(),
      onError: (error) => over.resolve({ code: error.data?.code, at: performance.now() }),
    });
    await live.promise;
    return { over: over.promise };
  }

  async function until(what: () => Promise<boolean>, withinMs: number): Promise<number> {
    const begun = performance.now();
    while (!await what()) assert.ok(performance.now() - begun < withinMs, `not within ${withinMs} ms`);
    return performance.now() - begun;
  }

  Deno.test("[LIVE6] an account's end ends its feeds and refuses its tokens within a second, on every node and after a restart", async () => {
    await using one = await testServer({ database: DATABASE });
    await using two = await testServer({ beside: one });
    const [ann, ben] = [await person(one.url, "ann"), await person(one.url, "ben", { transport: "ws" })];
    const { discussion } = await talk(ben, [ann]);
    const connections = [one, two].flatMap(({ url }) => [
      connect(url, { transport: "ws", token: ann.token }),
      connect(url, { transport: "http", token: ann.token }),
    ]);
    await using _people = disposeAll(ann, ben, ...connections);
    const [ws1, http1, ws2, http2] = connections.map(({ api }) => api) as [Api, Api, Api, Api]; // as many
    const feeds = [await feed(ws1), await feed(ws1, { stream: discussion }), await feed(ws2)];
    using stream = followBySse(two.url, ann);
    await stream.until((items) => items.some(({ type }) => type === "live"));
    let othersEnded = false;
    void (await feed(ben.api)).over.then(() => othersEnded = true);
    for (const api of [http1, http2]) assert.equal((await api.auth.me.query()).user, ann.user);

    const ending = (await end(ann)).outcome;
    const begun = performance.now();
    sent(ending);
    const over = await within(PATIENCE_MS, Promise.all(feeds.map(({ over }) => over)));
    assert.ok(over, "the feeds do not end");
    for (const { code, at } of over) {
      assert.equal(code, "Unauthenticated");
      assert.ok(at - begun < SOON_MS, `a feed went on for ${at - begun} ms`);
    }
    await assert.rejects(stream.until(() => false), { data: { code: "Unauthenticated", httpStatus: 401 } });
    assert.ok(performance.now() - begun < SOON_MS, "the HTTP stream went on");
    for (const api of [ws1, http1, ws2, http2]) {
      await until(async () => await codeOf(api.auth.me.query()) === "Unauthenticated", SOON_MS);
      assert.equal(await codeOf(end({ ...ann, api })), "Unauthenticated");
      assert.equal(await codeOf(api.messages.byDiscussion.query({ discussion })), "Unauthenticated");
    }
    assert.deepEqual([othersEnded, (await ben.api.auth.me.query()).user], [false, ben.user]);

    await using restarted = await testServer({ beside: one });
    const again = connect(restarted.url, { transport: "ws", token: ann.token });
    await using _again = again;
    assert.equal(await codeOf(again.api.auth.me.query()), "Unauthenticated");
    assert.equal(await codeOf(again.api.discussions.byUser.query({})), "Unauthenticated");
    assert.equal(
      (await connect(restarted.url, { transport: "http", token: ben.token }).api.auth.me.query()).user,
      ben.user,
    );
  });

  Deno.test("[USR4] who has ended their account is shown as that, is out of everything, and their handle is nobody's", async () => {
    await using server = await testServer({ database: DATABASE });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { group, discussion } = await talk(ben, [ann]);
    sent((await ann.api.users.setProfile.mutate({ id: freshId("evt", shardOf(ann.user)), about: "Me." })).outcome);
    const ack = (await end(ann)).outcome;
    assert.ok(ack.kind === "accepted");
    const { user, asOf } = await ben.api.users.byId.query({ id: ann.user });
    assert.deepEqual([user, asOf], [{ kind: "ended", id: ann.user, asOf: ack.seq }, ack.seq]);
    assert.equal(await codeOf(ben.api.users.byHandle.query({ handle: "ann" })), "NotFound");
    assert.equal(await codeOf(person(server.url, "ann")), "HandleTaken");
    const members = async () =>
      [
        ...(await ben.api.users.forGroup.query({ group })).members,
        ...(await ben.api.users.forDiscussion.query({ discussion })).members,
      ].map(({ id }) => id);
    await until(async () => !(await members()).includes(ann.user), PATIENCE_MS);
    const held = () =>
      administer(server.database.directoryUrl, (sql) =>
        sql<{ free_at: string | null }[]>`
          select free_at, (select count(*)::int from gatz.sessions s where s."user" = h."user") as sessions
          from gatz.handles h where handle = 'ann'`);
    await until(async () => (await held())[0]?.free_at !== null, PATIENCE_MS);
    const expected = { free_at: String(ack.at + 90 * 86_400_000), sessions: 0 };
    assert.deepEqual((await held()).map((row) => ({ ...row })), [expected]);
  });

  Deno.test("[SHARD4] an account ends without the directory too; its handle is let go when that is back, or when somebody wants it", async () => {
    // Of the end nobody tells the directory again in the time of this test.
    await using server = await testServer({ database: DATABASE, limits: { handleHeldMs: 0 } });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const move = (from: string, to: string) =>
      administer(server.database.directoryUrl, (sql) => sql`alter schema ${sql(from)} rename to ${sql(to)}`);
    await move("gatz", "gatz_gone");
    sent((await end(ann)).outcome);
    await until(async () => await codeOf(ann.api.users.blocked.query()) === "Unauthenticated", SOON_MS);
    await move("gatz_gone", "gatz");
    const rename = { id: freshId("evt", shardOf(ben.user)), handle: "ann" };
    sent((await ben.api.users.changeHandle.mutate(rename)).outcome);
    assert.equal((await ben.api.users.byHandle.query({ handle: "ann" })).user.id, ben.user);
  });
}
