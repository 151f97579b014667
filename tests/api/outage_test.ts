/** Parts of the installation that do not answer, as seen through the API. @module */
import { strict as assert } from "node:assert";
import { type Outcome, seq, shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const health = async (url: string, query = "") => {
    const response = await fetch(`${url}/health${query}`);
    const { writes: _writes, ...rest } = await response.json();
    return { http: response.status, ...rest };
  };

  const limits = { callDeadlineMs: 2_000, readDeadlineMs: 1_000, flushDeadlineMs: 1_500 };
  const onB = [8, 9, 10, 11, 12, 13, 14, 15];

  Deno.test("[SHARD2] with one database server stopped, what lives on the other goes on", async (t) => {
    await using servers = await ownServers();
    await using server = await testServer({ database: { on: servers.urls }, limits });
    const [ann, ben] = [await person(server.url, "ann", { shard: 3 }), await person(server.url, "ben", { shard: 9 })];
    await using _people = disposeAll(ann, ben);
    const [here, there] = [await talk(ann, [ben]), await talk(ben, [ann])];
    const say = (at: typeof here, who = ann) =>
      who.api.messages.send.mutate({ id: freshId("msg", at.shard), discussion: at.discussion, text: "hello" });
    sent((await say(here, ben)).outcome);
    await eventually(() => ann.api.discussions.byUser.query({}), ({ rows }) => rows.length === 2);
    assert.deepEqual(await health(server.url), { http: 200, status: "ok", shards: [] });
    // Ben's group is on the server that stops, this discussion in it is Ann's and on the other.
    const apart = freshId("disc", ann.home);
    const idHere = () => freshId("evt", ann.home);
    const begun = await ann.api.discussions.create.mutate({
      ...{ id: idHere(), stream: apart, group: there.group, name: "Apart", members: [ben.user] },
    });
    begun.outcomes.forEach(sent);

    await servers.b.pause();
    await t.step("health names the shards that do not answer", async () => {
      const found = await eventually(() => health(server.url), ({ status }) => status !== "ok");
      assert.deepEqual(found, { http: 200, status: "degraded", shards: onB });
      assert.equal((await health(server.url, "?strict")).http, 503);
    });
    await t.step("sends and reads of the other server's shards go on", async () => {
      sent((await say(here)).outcome);
      const { messages } = await ann.api.messages.byDiscussion.query({ discussion: here.discussion });
      assert.deepEqual(messages.map(({ author }) => author), [ann.user, ben.user]);
    });
    await t.step("what is on the stopped one is Unavailable, with when to ask again", async () => {
      const { outcome } = await say(there);
      assert.ok(outcome.kind === "not-now" || outcome.kind === "unknown", JSON.stringify(outcome));
      const error = await ann.api.messages.byDiscussion.query({ discussion: there.discussion }).then(
        () => assert.fail("it answered"),
        (error) => error,
      );
      assert.equal(error.data.code, "Unavailable");
      assert.ok(error.data.retryAfterMs > 0);
    });
    await t.step("[USR1] people and lists come without those who can't be reached, and never fail", async () => {
      const { users } = await ann.api.users.byIds.query({ ids: [ben.user, ann.user] });
      assert.deepEqual(users.map(({ kind }) => kind), ["unavailable", "user"]);
      const { members } = await ann.api.users.forDiscussion.query({ discussion: here.discussion });
      assert.deepEqual(members.map(({ kind }) => kind).toSorted(), ["unavailable", "user"]);
      const mine = await ann.api.discussions.byUser.query({});
      assert.deepEqual(mine.rows.map(({ kind, id }) => [kind, id]), [
        ["discussion", here.discussion],
        ["discussion", apart],
        ["unavailable", there.discussion],
      ]);
      assert.deepEqual(mine.unavailable, [9]);
      // Ben's own shard is down, so nobody can say which others concern him: all are asked.
      const theirs = await ben.api.discussions.byUser.query({});
      assert.deepEqual(theirs.rows.map(({ kind, id }) => [kind, id]), [
        ["discussion", here.discussion],
        ["discussion", apart],
      ]);
      const [row] = theirs.rows;
      assert.ok(row?.kind === "discussion");
      assert.deepEqual([row.mark, row.unread, theirs.totals?.discussions], [null, null, null]);
      assert.deepEqual(theirs.unavailable, onB);
    });
    await t.step("[FACT1] rights held through a group on it wait; messages and one's own role go on", async () => {
      const to = () => ({ id: idHere(), discussion: apart });
      const unavailable = ({ outcome }: { outcome: Outcome }) =>
        assert.ok(outcome.kind === "not-now" && outcome.reason === "Unavailable", JSON.stringify(outcome));
      const [anns, bens] = [freshId("msg", ann.home), freshId("msg", ann.home)];
      sent((await ann.api.messages.send.mutate({ id: anns, discussion: apart, text: "hello" })).outcome);
      sent((await ben.api.messages.send.mutate({ id: bens, discussion: apart, text: "hello" })).outcome);
      sent((await ben.api.messages.edit.mutate({ ...to(), target: bens, text: "edited" })).outcome);
      sent((await ben.api.messages.react.mutate({ ...to(), target: anns, emoji: "👍", on: true })).outcome);
      sent((await ben.api.messages.delete.mutate({ ...to(), target: bens })).outcome);
      sent((await ben.api.discussions.rename.mutate({ ...to(), name: "Lunch" })).outcome);
      // The group's owner is a plain member here, but for what the group says.
      unavailable(await ben.api.discussions.lock.mutate(to()));
      unavailable(await ann.api.discussions.addMembers.mutate({ ...to(), users: [ben.user], historyFrom: "all" }));
      const queue = ben.api.moderation.queue.query({ discussion: apart });
      await assert.rejects(queue, (error: { data?: { code?: string } }) => error.data?.code === "Unavailable");
      sent((await ann.api.discussions.lock.mutate(to())).outcome);
      sent((await ann.api.discussions.unlock.mutate(to())).outcome);
      assert.deepEqual((await ann.api.moderation.queue.query({ discussion: apart })).flags, []);
    });
    await t.step("with all stopped the node is down", async () => {
      await servers.a.pause();
      const found = await eventually(() => health(server.url), ({ status }) => status === "down");
      assert.equal(found.http, 503);
      assert.equal(found.shards.length, 16);
      await servers.a.resume();
    });
    await t.step("all is well again by itself", async () => {
      await servers.b.resume();
      await eventually(() => health(server.url), ({ status }) => status === "ok");
      await eventually(() => say(there), ({ outcome }) => outcome.kind === "accepted");
      const lock = () => ben.api.discussions.lock.mutate({ id: idHere(), discussion: apart });
      await eventually(lock, ({ outcome }) => outcome.kind === "accepted");
      assert.deepEqual((await ben.api.moderation.queue.query({ discussion: apart })).flags, []);
    });
  });

  Deno.test("[SHARD4] with the directory gone only sign-in and handles fail", async (t) => {
    await using server = await testServer({ limits });
    const [ann, ben] = [await person(server.url, "ann"), await person(server.url, "ben", { transport: "ws" })];
    await using _people = disposeAll(ann, ben);
    const { group, discussion, shard } = await talk(ann, [ben]);
    const rename = (from: string, to: string) =>
      administer(server.database.directoryUrl, (sql) => sql`alter schema ${sql(from)} rename to ${sql(to)}`);
    await rename("gatz", "gatz_gone");
    await using _back = { [Symbol.asyncDispose]: async () => void await rename("gatz_gone", "gatz") };

    await t.step("sending, reading, starting something and following go on", async () => {
      const followed = Promise.withResolvers<string>();
      const following = ben.api.live.inbox.subscribe({}, {
        onData: ({ data }) => {
          for (const item of data.items) {
            if (item.type === "live") followed.resolve("live");
            if (item.type === "event" && item.event.type === "new-message") arrived.resolve(item.event.body.text);
          }
        },
        onError: (error) => followed.reject(error),
      });
      const arrived = Promise.withResolvers<string>();
      assert.equal(await followed.promise, "live");
      sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "still" })).outcome);
      assert.equal(await arrived.promise, "still");
      following.unsubscribe();
      const { messages } = await ben.api.messages.byDiscussion.query({ discussion });
      assert.equal(messages.length, 1);
      assert.equal((await ann.api.auth.me.query()).home, ann.home);
      assert.equal((await ann.api.groups.byId.query({ group })).group.name, "Group");
      assert.equal((await ann.api.log.read.query({ stream: discussion, fromSeq: seq(1) })).items.length, 2);
      await talk(ann, [ben]);
    });
    await t.step("sign-in and handles are Unavailable", async () => {
      const unavailable = (error: { data?: { code?: string } }) => error.data?.code === "Unavailable";
      await assert.rejects(ann.api.auth.devSignIn.mutate({ handle: "carol" }), unavailable);
      await assert.rejects(ann.api.users.byHandle.query({ handle: "ben" }), unavailable);
    });
    assert.equal((await health(server.url)).status, "ok");
  });

  Deno.test("[SEC3] of an unexpected error of the database the caller gets an incident, no SQL and no stack", async () => {
    await using server = await testServer();
    await using ann = await person(server.url, "ann", { shard: 3 });
    const { discussion, shard } = await talk(ann, []);
    const rename = (from: string, to: string) =>
      administer(
        server.database.servers.a,
        (sql) => sql`alter table gatz_s0003.reactions rename column ${sql(from)} to ${sql(to)}`,
      );
    await rename("emoji", "emoji_gone");
    const error = await ann.api.messages.byDiscussion.query({ discussion }).then(() => assert.fail(), (error) => error);
    assert.deepEqual(Object.keys(error.data).toSorted(), ["code", "httpStatus", "incident"]);
    assert.deepEqual([error.data.code, error.data.httpStatus], ["Internal", 500]);
    assert.equal(error.message, `internal error, incident ${error.data.incident}`);
    await rename("emoji_gone", "emoji");
    sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "well again" })).outcome);
    assert.equal((await ann.api.messages.byDiscussion.query({ discussion })).messages.length, 1);
  });

  Deno.test("[LOG4] a server that stops answers what it took, refuses what is new, and says so", async () => {
    await using server = await testServer({ limits: { drainMs: 10_000 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    const { discussion, shard } = await talk(ann, []);
    const schema = `gatz_s${String(shardOf(discussion)).padStart(4, "0")}`;
    const home = server.database.shards.get(shard) ?? "a";
    const send = () => ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "hello" });
    const stopping = await administer(server.database.servers[home], (sql) =>
      sql.begin(async (held) => {
        // While the fence is held by somebody else, a flush waits.
        await held`select 1 from ${held(schema)}.fence for update`;
        const taken = send();
        await new Promise((resolve) => setTimeout(resolve, 200));
        const stopped = server.server.stop();
        assert.deepEqual(await health(server.url), { http: 503, status: "draining", shards: [] });
        const refused = await (await fetch(`${server.url}/trpc/messages.send`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${ann.token}` },
          body: JSON.stringify({ json: { id: freshId("msg", shard), discussion, text: "late" } }),
        })).json();
        assert.deepEqual(refused.result.data.json.outcome, {
          kind: "not-now",
          reason: "Draining",
          retryAfterMs: 1_000,
        });
        return { taken, stopped };
      }));
    sent((await stopping.taken).outcome);
    await stopping.stopped;
    await assert.rejects(fetch(`${server.url}/health`), TypeError);
  });
}
