/** Two people with apps, on a real server. @module */
import { type ConnectedGatz, createGatz, memoryStore, newId, type Observable, type Store } from "@gatz/client";
import { shardNumber } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";
import { whoseToken } from "../../packages/client/src/app/whose_token.ts";

if (await needsPostgres(import.meta.url)) {
  const { person, testServer } = await import("@gatz/testing/test_server.ts");

  const SOON_MS = 10_000;

  /** Waits for what is to be seen; fails with what was seen last. */
  async function seen<T>(shown: Observable<T>, isIt: (value: T) => boolean): Promise<T> {
    const timer = Promise.withResolvers<never>();
    const timeout = setTimeout(
      () => timer.reject(new Error(`never seen: ${Deno.inspect(shown.snapshot(), { depth: 4 })}`)),
      SOON_MS,
    );
    const wait = (async () => {
      for await (const value of shown) if (isIt(value)) return value;
      throw new Error("it ended first");
    })();
    try {
      return await Promise.race([wait, timer.promise]);
    } finally {
      clearTimeout(timeout);
    }
  }

  async function app(url: string, handle: string, store: Store = memoryStore()): Promise<ConnectedGatz> {
    const { token } = await person(url, handle);
    const gatz = await createGatz({ url, auth: token, store });
    const { user } = await gatz.ready();
    assert.equal(whoseToken(token)?.user, user, "the client can read whose a token is");
    return gatz;
  }

  Deno.test("[LIVE1] two people with apps see each other's doings, and each other's lists follow", async () => {
    await using server = await testServer();
    const [ann, ben] = await Promise.all(["ann", "ben"].map((handle) => app(server.url, handle)));
    assert(ann && ben);
    try {
      const { user: other } = await ben.ready();
      const { group } = ann.createGroup({ name: "Friends", members: [other] });
      const { discussion, offer } = ann.createDiscussion({
        group,
        name: "Lunch?",
        members: [other],
        first: { text: "Twelve?" },
      });
      const hers = ann.open(discussion);
      assert.deepEqual(hers.picture.snapshot().messages.map((message) => message.kind === "live" && message.text), [
        "Twelve?",
      ]);
      assert.equal((await offer.outcome).kind, "accepted");
      const list = await seen(ben.discussions, ({ rows }) => rows.length === 1);
      assert.equal(list.rows[0]?.id, discussion);
      const his = ben.open(discussion);
      const { messages } = await seen(
        his.picture,
        ({ status, messages }) => status === "ready" && messages.length === 1,
      );
      assert.deepEqual((await ben.search("twelve")).map(({ message }) => message.id), [messages[0]!.id]);
      his.react(messages[0]!.id, "👍");
      const sent = his.send({ text: "At one" });
      assert.equal((await sent.outcome).kind, "accepted");
      await seen(
        hers.picture,
        ({ messages }) => messages.length === 2 && messages[0]?.kind === "live" && messages[0].reactions.length === 1,
      );
      await seen(ann.discussions, ({ rows: [row] }) => row?.kind === "discussion" && row.unread?.count === 1);
      await hers.markRead();
      await seen(ann.discussions, ({ rows: [row] }) => row?.kind === "discussion" && row.unread?.count === 0);
      const checked = await hers.checkHash();
      assert(checked !== null && "mine" in checked);
      assert.equal(checked.mine, checked.servers);
      assert.deepEqual(his.canDo("lock"), { kind: "rejected", code: "Forbidden", field: "stream" });
      assert.throws(() => his.edit(newId("msg", shardNumber(0)), { text: "of what is not here" }), /not here/);
      const refusal = await his.act("lock").outcome;
      assert.equal(refusal.kind === "rejected" && refusal.code, "Forbidden");
      const [refused] = await seen(ben.refused, (refused) => refused.length === 1);
      await ben.dismiss(refused!.draft.id);
      await seen(ben.refused, (refused) => refused.length === 0);
      await seen(hers.picture, ({ pending }) => pending.size === 0);
      assert.deepEqual((await ann.search("one")).map(({ message }) => message.text), ["At one"]);
    } finally {
      await Promise.all([ann.close(), ben.close()]);
    }
  });

  Deno.test("[LIVE2] who asks for all arrivals gets each message once and in order, also those of which only the newest were here", async () => {
    await using server = await testServer({ database: { servers: 1, shards: 2 } });
    const [ann, ben] = [await app(server.url, "ann"), await app(server.url, "ben")];
    try {
      const { user } = await ben.ready();
      const { group } = ann.createGroup({ name: "Friends", members: [user] });
      const { discussion } = ann.createDiscussion({ group, name: "Talk", members: [user] });
      const hers = ann.open(discussion);
      const texts = Array.from({ length: 450 }, (_, n) => `message ${n}`);
      const sent = texts.map((text) => hers.send({ text }).outcome);
      assert((await Promise.all(sent)).every(({ kind }) => kind === "accepted"));
      let taken = 0;
      for await (const message of ben.open(discussion).arrivals({ after: 0 })) {
        assert.equal(message.kind === "live" && message.text, texts[taken++] ?? "the last");
        if (taken === texts.length) hers.send({ text: "the last" });
        if (taken > texts.length) break;
      }
    } finally {
      await Promise.all([ann.close(), ben.close()]);
    }
  });
}
