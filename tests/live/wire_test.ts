import { needsPostgres } from "@gatz/testing/postgres.ts";
import type { DiscussionId, FeedItem } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { strict as assert } from "node:assert";
import { newMessage } from "../../packages/domain/testing/drafts.ts";
import { brief } from "./reader.ts";

/** A little less than the longest text there may be. */
const LONG = "x".repeat(9_000);
const BUNDLE = 100;
const MIB = 1024 * 1024;

interface Heard {
  readonly items: FeedItem[];
  stop(): void;
}

const isMessage = (item: FeedItem, seq: number) => item.type === "event" && item.event.seq === seq;

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { talk } = await import("../api/talk.ts");
  const { RawSocket } = await import("./raw_socket.ts");
  type Api = ReturnType<typeof connect>["api"];
  type Person = Awaited<ReturnType<typeof person>>;

  function hear(api: Api, input: { cursor?: string } = {}): Heard {
    const heard: Heard = { items: [], stop: () => subscription.unsubscribe() };
    const subscription = api.live.inbox.subscribe(input, {
      onData: ({ data }) => heard.items.push(...data.items),
    });
    return heard;
  }

  /** Many at once, so that the log grows quicker than it could by single calls. */
  async function sayMuch(
    storage: Storage,
    { who, discussion }: { who: Person; discussion: DiscussionId },
  ): Promise<void> {
    const said = Array.from({ length: BUNDLE }, () => newMessage(who.user, discussion, { text: LONG }));
    const outcomes = await storage.offer(discussion, said, { deadlineMs: 10_000 });
    assert.ok(outcomes.every(({ kind }) => kind === "accepted"), JSON.stringify(outcomes));
  }

  async function say(
    who: Person,
    { discussion, text }: { discussion: DiscussionId; text: string },
  ) {
    const { outcome } = await who.api.messages.send.mutate({ id: freshId("msg", who.home), discussion, text });
    assert.equal(outcome.kind, "accepted", JSON.stringify(outcome));
  }

  Deno.test("[LIVE5] a reader that stops reading costs bounded memory, others notice nothing, and it is told what it missed", async () => {
    await using server = await testServer({ limits: { feedQueueEvents: 500, stuckReaderMs: 60_000 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    await using ben = await person(server.url, "ben", { transport: "ws" });
    const { discussion } = await talk(ann, [ben]);
    await using slow = await RawSocket.follow(server.url, { token: ben.token });
    const fast = hear(ben.api);
    await until(() => fast.items.some((item) => item.type === "live"));
    const before = Deno.memoryUsage().rss;
    const messages = 1_500;
    for (let i = 0; i < messages; i += BUNDLE) await sayMuch(server.storage, { who: ann, discussion });
    await until(() => fast.items.some((item) => isMessage(item, messages + 1)));
    // 13 MiB were sent; the kernel's buffers take a few, and the process may not keep more than its bounds.
    const grown = Deno.memoryUsage().rss - before;
    assert.ok(grown < 150 * MIB, `${Math.round(grown / MIB)} MiB`);
    assert.equal(
      fast.items.filter((item) => item.type === "event" && item.event.type === "new-message").length,
      messages,
    );
    await slow.readUntil((items) => items.some((item) => item.type === "behind" && item.head === messages + 1));
    await say(ann, { discussion, text: "last" });
    await slow.readUntil((items) => items.some((item) => isMessage(item, messages + 2)));
    const seen = slow.items.filter((item) => "stream" in item ? item.stream === discussion : item.type === "event");
    assert.ok(seen.length < messages, `${seen.length}`);
    assert.equal(brief(slow.items.at(-1)!), `new-message ${messages + 2}`);
    fast.stop();
  });

  Deno.test("[LIVE5] a reader that is gone for good is given up", async () => {
    await using server = await testServer({ limits: { stuckReaderMs: 600 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    await using ben = await person(server.url, "ben", { transport: "ws" });
    const { discussion } = await talk(ann, [ben]);
    await using slow = await RawSocket.follow(server.url, { token: ben.token });
    await until(() => server.server.feeds === 1);
    for (let i = 0; i < 20; i++) await sayMuch(server.storage, { who: ann, discussion });
    await until(() => server.server.feeds === 0);
    assert.ok(!slow.closed);
  });

  Deno.test("[LIVE1] the stock client that is cut resumes by itself, and misses and repeats nothing", async () => {
    await using server = await testServer();
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { discussion } = await talk(ann, [ben]);
    await using proxy = startTcpProxy(server.url);
    await using through = connect(`http://127.0.0.1:${proxy.port}`, { transport: "ws", token: ben.token });
    const heard = hear(through.api);
    await until(() => heard.items.some((item) => item.type === "live"));
    for (let i = 2; i <= 40; i++) {
      await say(ann, { discussion, text: `message ${i}` });
      if (i % 8 === 0) proxy.cutAll();
    }
    await until(() => heard.items.some((item) => isMessage(item, 40)));
    const seqs = heard.items.flatMap((item) =>
      item.type === "event" && item.event.stream === discussion ? [item.event.seq as number] : []
    );
    // What is repeated after a cut falls by seq.
    assert.deepEqual([...new Set(seqs)], Array.from({ length: 39 }, (_, i) => i + 2));
    heard.stop();
  });
}
