/** Blocking over the API: what the blocker sees, and that nobody else can tell (BLK1). @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardOf } = await import("@gatz/domain");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;
  type Talk = Awaited<ReturnType<typeof talk>>;

  const DATABASE = { shards: 4 };
  const eventId = ({ user }: Person) => freshId("evt", shardOf(user));
  const say = async (
    who: Person,
    { discussion, shard }: Talk,
    message: { text: string; replyTo?: `msg_${string}` },
  ) => {
    const id = freshId("msg", shard);
    sent((await who.api.messages.send.mutate({ id, discussion, ...message } as never)).outcome);
    return id;
  };
  const block = async (who: Person, whom: Person) =>
    sent((await who.api.users.block.mutate({ id: eventId(who), user: whom.user })).outcome);
  const unblock = async (who: Person, whom: Person) =>
    sent((await who.api.users.unblock.mutate({ id: eventId(who), user: whom.user })).outcome);

  /** All that a viewer is shown of a discussion, as texts. */
  async function shown(who: Pick<Person, "api">, { discussion }: Talk) {
    const { messages } = await who.api.messages.byDiscussion.query({ discussion });
    const byId = await Promise.all(messages.map(({ id }) => who.api.messages.byId.query({ id })));
    const { rows } = await who.api.discussions.byUser.query({});
    const { asOf } = await who.api.discussions.byId.query({ discussion });
    const at = await who.api.messages.at.query({ discussion, seq: asOf });
    const preview = rows[0]?.kind === "discussion" ? rows[0].preview : undefined;
    return { messages, byId: byId.map(({ message }) => message), at: at.messages, preview };
  }

  Deno.test("[BLK1] what somebody says whom one blocks is a placeholder in pages, by id, in previews and quotes; unblocking shows it again", async () => {
    await using server = await testServer({ database: DATABASE });
    const people = await Promise.all(["ann", "ben", "cyd"].map((handle) => person(server.url, handle)));
    const [ann, ben, cyd] = people as [Person, Person, Person];
    await using _people = disposeAll(...people);
    const here = await talk(ann, [ben, cyd]);
    const answer = await say(cyd, here, { text: "listen", replyTo: await say(ben, here, { text: "a secret" }) });
    await say(ben, here, { text: "another secret" });
    const before = { ann: await shown(ann, here), ben: await shown(ben, here), cyd: await shown(cyd, here) };
    await block(ann, ben);

    const seen = await shown(ann, here);
    assert.ok(!JSON.stringify(seen).includes("secret"), JSON.stringify(seen));
    for (const messages of [seen.messages, seen.byId, seen.at]) {
      assert.deepEqual(messages.map(({ kind }) => kind), ["blocked", "live", "blocked"]);
    }
    const { id, seq, at } = before.ann.messages[0]!;
    const placeholder = { kind: "blocked", id, discussion: here.discussion, seq, author: ben.user, at };
    assert.deepEqual([seen.messages[0], seen.preview], [placeholder, placeholder]);
    assert.deepEqual([seen.messages[1]?.id, seen.messages[1]?.quote], [answer, {
      id: seen.messages[2]?.id,
      blocked: true,
    }]);
    assert.deepEqual((await ann.api.users.blocked.query()).users.map(({ id }) => id), [ben.user]);

    assert.deepEqual(await shown(ben, here), before.ben, "the one who is blocked can't tell");
    assert.deepEqual(await shown(cyd, here), before.cyd, "nor can others");
    await unblock(ann, ben);
    assert.deepEqual(await shown(ann, here), before.ann);
    assert.deepEqual((await ann.api.users.blocked.query()).users, []);
  });

  Deno.test("[BLK1] a block is secret: everybody else is answered with the same bytes as before", async () => {
    await using server = await testServer({ database: DATABASE });
    const people = await Promise.all(["ann", "ben", "cyd"].map((handle) => person(server.url, handle)));
    const [ann, ben, cyd] = people as [Person, Person, Person];
    await using _people = disposeAll(...people);
    const { group, discussion } = await talk(ann, [ben, cyd]);
    const bytes = async ({ token }: Person) => {
      const queries = {
        "users.byId": { id: ann.user },
        "users.byIds": { ids: [ann.user, ben.user] },
        "users.byHandle": { handle: "ann" },
        "users.forGroup": { group },
        "users.forDiscussion": { discussion },
        "discussions.byId": { discussion },
        "groups.byId": { group },
        "users.blocked": null,
      };
      return await Promise.all(
        Object.entries(queries).map(async ([path, json]) => {
          const input = json === null ? "" : `?input=${encodeURIComponent(JSON.stringify({ json }))}`;
          const response = await fetch(`${server.url}/trpc/${path}${input}`, {
            headers: { authorization: `Bearer ${token}` },
          });
          assert.equal(response.status, 200, path);
          return await response.text();
        }),
      );
    };
    // Their own streams know of the group and the discussion.
    for (const who of [ben, cyd]) while ((await who.api.users.blocked.query()).asOf < 3);
    const before = await Promise.all([bytes(ben), bytes(cyd)]);
    await block(ann, ben);
    assert.deepEqual(await Promise.all([bytes(ben), bytes(cyd)]), before);
    await unblock(ann, ben);
    assert.deepEqual(await Promise.all([bytes(ben), bytes(cyd)]), before);
  });

  Deno.test("[BLK1] a block holds on every node as soon as the call that made it is answered, whichever took it", async () => {
    await using one = await testServer({ database: DATABASE });
    await using two = await testServer({ beside: one });
    await using three = await testServer({ beside: one });
    const [ann, ben] = [await person(one.url, "ann"), await person(one.url, "ben")];
    const nodes = [one, two, three].map(({ url }) => ({
      ...ann,
      ...connect(url, { transport: "http", token: ann.token }),
    }));
    await using _people = disposeAll(ann, ben, ...nodes);
    const { discussion, shard } = await talk(ann, [ben]);
    sent((await ben.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "a secret" })).outcome);
    for (let n = 0; n < 12; n++) {
      const through = nodes[n % nodes.length]!; // of so many
      await (n % 2 === 0 ? block : unblock)(through, ben);
      for (const { api } of nodes) {
        const { messages } = await api.messages.byDiscussion.query({ discussion });
        assert.deepEqual(messages.map(({ kind }) => kind), [n % 2 === 0 ? "blocked" : "live"], `${n}`);
      }
    }
  });
}
