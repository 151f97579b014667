/** People while the shard that somebody's own stream is on does not answer (USR1, BLK1, SHARD2). @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const PATIENCE_MS = 10_000;
  const codeOf = (what: Promise<unknown>) =>
    what.then(() => "answered", (error: { data?: { code?: string } }) => error.data?.code);

  Deno.test("[USR1] with somebody's own shard down", async (t) => {
    await using servers = await ownServers();
    const limits = { readDeadlineMs: 500, flushDeadlineMs: 500 };
    await using one = await testServer({ database: { shards: 4, on: servers.urls }, limits });
    await using two = await testServer({ beside: one, limits });
    const [ann, ben] = [await person(one.url, "ann", { shard: 3 }), await person(one.url, "ben", { shard: 0 })];
    await using _people = disposeAll(ann, ben);
    const { group, discussion, shard } = await talk(ben, [ann]);
    for (const who of [ann, ben]) {
      sent((await who.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "here" })).outcome);
    }
    sent((await ann.api.users.block.mutate({ id: freshId("evt", ann.home), user: ben.user })).outcome);
    const page = (url: string, { token }: { token: string }) =>
      connect(url, { transport: "http", token }).api.messages.byDiscussion.query({ discussion });
    const kinds = ({ messages }: Awaited<ReturnType<typeof page>>) => messages.map(({ kind }) => kind);
    assert.deepEqual(kinds(await page(one.url, ann)), ["blocked", "live"]);
    await servers.b.pause();

    await t.step("[USR1] their messages show, members are listed, and they come as unavailable", async () => {
      const { messages } = await page(one.url, ben);
      assert.deepEqual(messages.map(({ author }) => author), [ben.user, ann.user]);
      assert.deepEqual(messages.map((message) => message.kind === "live" && message.text), ["here", "here"]);
      const { users } = await ben.api.users.byIds.query({ ids: [ben.user, ann.user] });
      assert.deepEqual(users.map(({ kind }) => kind), ["user", "unavailable"]);
      for (
        const { members } of [
          await ben.api.users.forDiscussion.query({ discussion }),
          await ben.api.users.forGroup.query({ group }),
        ]
      ) {
        const found = new Map(members.map(({ id, kind }) => [id, kind]));
        assert.deepEqual(found, new Map([[ben.user, "user"], [ann.user, "unavailable"]]));
      }
      assert.equal(await codeOf(ben.api.users.byId.query({ id: ann.user })), "Unavailable");
    });
    await t.step(
      "[BLK1] what a node knows of their blocks goes on to hold; one that never asked says that it can't tell",
      async () => {
        const known = await page(one.url, ann);
        assert.deepEqual([kinds(known), known.blocksUnknown], [["blocked", "live"], undefined]);
        const elsewhere = await page(two.url, ann);
        assert.deepEqual([kinds(elsewhere), elsewhere.blocksUnknown], [["live", "live"], true]);
      },
    );
    await t.step("[SHARD2] they go on talking, and are not kept waiting at every call", async () => {
      const api = connect(two.url, { transport: "http", token: ann.token }).api;
      const took: number[] = [];
      for (let n = 0; n < 5; n++) {
        const begun = performance.now();
        sent((await api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "still" })).outcome);
        took.push(performance.now() - begun);
      }
      // Who waits for the shard waits till the deadline of reading it.
      const kept = took.filter((ms) => ms >= limits.readDeadlineMs).length;
      assert.ok(kept <= 2, `${took} ms`);
    });
    await t.step("[BLK1] once it answers, all is as it was", async () => {
      await servers.b.resume();
      const begun = performance.now();
      while (kinds(await page(two.url, ann)).at(-2) !== "blocked") {
        assert.ok(performance.now() - begun < PATIENCE_MS, "it is still not known");
      }
    });
  });
}
