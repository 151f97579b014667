/** The subscriptions, over the stock client's WebSocket and as HTTP streams. @module */
import { strict as assert } from "node:assert";
import { position } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");

  const PATIENCE_MS = 20_000;

  /** What arrived, and the first of it that is as awaited; fails if that does not come. */
  const inbox = <T>() => {
    const arrived: T[] = [];
    const waiting = new Set<() => void>();
    const put = (item: T) => {
      arrived.push(item);
      waiting.forEach((look) => look());
    };
    const until = (holds: (item: T) => boolean): Promise<T> =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const look = () => {
          const found = arrived.find(holds);
          if (found === undefined) return;
          done();
          resolve(found);
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`not among what came in ${PATIENCE_MS} ms: ${JSON.stringify(arrived)}`));
        }, PATIENCE_MS);
        waiting.add(look);
        look();
      });
    return { put, until };
  };

  Deno.test("[LIVE1] a list's asOf is where the inbox goes on from, over the stock client", async () => {
    await using server = await testServer();
    const ann = await person(server.url, "ann", { transport: "ws" });
    const ben = await person(server.url, "ben", { transport: "ws" });
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const say = async (text: string) =>
      sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text })).outcome);
    await say("before the list");
    const { asOf, rows } = await ben.api.discussions.byUser.query({});
    assert.equal(rows.length, 1);
    await say("between list and feed");
    const texts = inbox<string>();
    const feed = ben.api.live.inbox.subscribe({ cursor: asOf }, {
      onData: ({ id, data }) => {
        assert.ok(id.length > 0);
        for (const item of data.items) {
          if (item.type === "event" && item.event.type === "new-message") texts.put(item.event.body.text);
          if (item.type === "live") texts.put("(live)");
        }
      },
      onError: (error) => texts.put(`(failed: ${error.message})`),
    });
    assert.equal(await texts.until(() => true), "between list and feed");
    await texts.until((text) => text === "(live)");
    await say("live");
    await texts.until((text) => text === "live");
    feed.unsubscribe();
  });

  Deno.test("[LIVE1] the inbox comes as an HTTP stream too, with the token in a header", async () => {
    await using server = await testServer();
    await using ann = await person(server.url, "ann");
    const { discussion, shard } = await talk(ann, []);
    const over = new AbortController();
    const input = encodeURIComponent(JSON.stringify({ json: { stream: discussion, fromSeq: 1 } }));
    const response = await fetch(`${server.url}/trpc/live.inbox?input=${input}`, {
      headers: { accept: "text/event-stream", authorization: `Bearer ${ann.token}` },
      signal: over.signal,
    });
    assert.equal(response.status, 200);
    sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "streamed" })).outcome);
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes("streamed")) break;
    }
    assert.match(text, /^id: \S+$/m);
    assert.match(text, /"type":"create"/);
    over.abort();
  });

  Deno.test("[SEC1] an inbox ends with its token", async () => {
    await using server = await testServer({ limits: { tokenMs: 1_000 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    const ended = Promise.withResolvers<string | undefined>();
    ann.api.live.inbox.subscribe({}, { onError: ({ data }) => ended.resolve(data?.code) });
    assert.equal(await ended.promise, "Unauthenticated");
  });

  Deno.test("[LIVE1] what is no cursor, and whose stream it is not, is a typed error", async () => {
    await using server = await testServer();
    const [ann, eve] = [await person(server.url, "ann"), await person(server.url, "eve", { transport: "ws" })];
    await using _people = disposeAll(ann, eve);
    const { discussion, shard } = await talk(ann, []);
    const errorOf = (input: Parameters<typeof eve.api.live.inbox.subscribe>[0]) => {
      const ended = Promise.withResolvers<{ code?: string; field?: string } | undefined>();
      eve.api.live.inbox.subscribe(input, { onError: ({ data }) => ended.resolve(data ?? undefined) });
      return ended.promise;
    };
    const malformed = await errorOf({ cursor: "hello" });
    assert.deepEqual([malformed?.code, malformed?.field], ["Malformed", "cursor"]);
    const hidden = await errorOf({ stream: discussion });
    assert.equal(hidden?.code, "NotFound");
    assert.deepEqual(await errorOf({ stream: freshId("disc", shard) }), hidden);
    assert.equal((await eve.api.auth.me.query()).handle, "eve");
  });

  Deno.test("[SEC1] the log's tail is shown in development: from a position, and on as it grows", async () => {
    await using server = await testServer();
    await using ann = await person(server.url, "ann", { transport: "ws" });
    await using onlooker = connect(server.url, { transport: "ws" });
    const { discussion, shard } = await talk(ann, []);
    const types = inbox<string>();
    const tail = onlooker.api.debug.tail.subscribe({ shard, from: position(0) }, {
      onData: ({ data }) => data.events.forEach(({ event }) => types.put(event.type)),
      onError: (error) => types.put(`(failed: ${error.message})`),
    });
    assert.notEqual(await types.until(() => true), "new-message");
    sent((await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "x" })).outcome);
    await types.until((type) => type === "new-message");
    tail.unsubscribe();
  });
}
