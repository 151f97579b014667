/** Feeds as HTTP streams, read by the stock client: what holds over a WebSocket holds here. */
import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { ALL_DEFAULT_LIMITS, serve } = await import("@gatz/server");
  const { openStorage } = await import("@gatz/storage");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { talk } = await import("../api/talk.ts");
  const { scrape } = await import("./scrape.ts");
  const { followBySse, textsOf } = await import("./sse_reader.ts");

  const isLive = (items: readonly { type: string }[]) => items.some(({ type }) => type === "live");

  /** Ann and Ben in a discussion, and what Ann says there. */
  const ready = async (url: string) => {
    const [ann, ben] = [await person(url, "ann"), await person(url, "ben")];
    const { discussion, shard } = await talk(ann, [ben]);
    // Else a feed may learn of the discussion only later, by a `joined` that stands for what was said before it.
    while ((await ben.api.discussions.byUser.query({ limit: 1 })).rows.length === 0) await setTimeout(20);
    /** As clients do (LOG4). */
    const say = async (text: string) => {
      const message = { id: freshId("msg", shard), discussion, text };
      await until(async () => /accepted|duplicate/.test((await ann.api.messages.send.mutate(message)).outcome.kind));
    };
    return { ann, ben, say };
  };

  Deno.test("[LIVE1] [LIVE3] a stream that is cut again and again goes on from its cursor: nothing is lost, and what is repeated falls by seq", async () => {
    await using server = await testServer();
    const { ben, say } = await ready(server.url);
    const { hostname, port } = new URL(server.url);
    await using proxy = startTcpProxy({ hostname, port: Number(port) });
    using reader = followBySse(proxy.through(server.url).replace(/\/$/, ""), ben);
    await reader.until(isLive);
    const said = Array.from({ length: 60 }, (_, i) => `message ${i}`);
    for (const [i, text] of said.entries()) {
      await say(text);
      if (i % 20 === 10) proxy.cutAll();
    }
    await reader.until((items) => textsOf(items).includes(said.at(-1)!));
    assert.ok(reader.connections >= 2, "it was never cut");
    assert.deepEqual(textsOf(reader.items), said);
  });

  Deno.test("[SEC1] a stream ends with its token, and its reader is told why; a token in the URL is none", async () => {
    await using server = await testServer({ limits: { tokenMs: 1_500 } });
    const { ben } = await ready(server.url);
    using reader = followBySse(server.url, ben);
    await assert.rejects(reader.until(() => false), (error: { data?: { code?: string } }) => {
      assert.equal(error.data?.code, "Unauthenticated");
      return true;
    });
    assert.equal(reader.connections, 1);
    const inUrl = encodeURIComponent(JSON.stringify({ token: ben.token }));
    const response = await fetch(
      `${server.url}/trpc/live.inbox?input=%7B%22json%22%3A%7B%7D%7D&connectionParams=${inUrl}`,
      {
        headers: { accept: "text/event-stream" },
      },
    );
    assert.match(await response.text(), /Unauthenticated/);
  });

  Deno.test("[LIVE5] a reader of a stream that stops reading is given up within its time; others notice nothing", async () => {
    const stuckReaderMs = 600;
    await using server = await testServer({ limits: { stuckReaderMs } });
    const { ann, ben, say } = await ready(server.url);
    const { hostname, port } = new URL(server.url);
    using stuck = await Deno.connect({ hostname, port: Number(port) });
    await stuck.write(new TextEncoder().encode(
      `GET /trpc/live.inbox?input=%7B%22json%22%3A%7B%7D%7D HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
        `Accept: text/event-stream\r\nAuthorization: Bearer ${ben.token}\r\n\r\n`,
    ));
    using reader = followBySse(server.url, ann);
    await reader.until(isLive);
    while (server.server.feeds < 2) await setTimeout(10);
    let said = 0;
    const given = () =>
      scrape(server.url).then(({ sum }) => sum("gatz_slow_readers_dropped_total", { transport: "sse" }));
    while (server.server.feeds === 2 && said < 3_000) {
      await Promise.all(Array.from({ length: 20 }, () => say(`${said++} ${"x".repeat(9_000)}`)));
    }
    assert.equal(server.server.feeds, 1, `the feed of who does not read is still there after ${said} messages`);
    assert.equal(await given(), 1);
    await reader.until((items) => textsOf(items).length === said);
  });

  Deno.test("[LIVE1] when the server stops its streams end at once, and go on at the next server", async () => {
    await using server = await testServer();
    const { ann, ben, say } = await ready(server.url);
    using reader = followBySse(server.url, ben);
    await reader.until(isLive);
    await say("before");
    await reader.until((items) => textsOf(items).length === 1);
    const begun = performance.now();
    await server.server.stop();
    assert.ok(performance.now() - begun < 1_000, "the stream held up the end");
    // What was stopped gave its shards up.
    const storage = await openStorage(server.database.storageConfig(), { report: () => {} });
    const next = await serve({
      config: {
        ...{ dev: true, host: "127.0.0.1", port: Number(new URL(server.url).port), origins: [] },
        limits: ALL_DEFAULT_LIMITS,
      },
      secrets: server.secrets,
      storage,
    });
    try {
      await say("after");
      await reader.until((items) => textsOf(items).includes("after"));
      assert.deepEqual(textsOf(reader.items), ["before", "after"]);
    } finally {
      reader[Symbol.dispose]();
      await ann[Symbol.asyncDispose]();
      await next.stop();
      await storage.close();
    }
  });
}
