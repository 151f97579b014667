/** Limiters on a whole server: typed refusals made before anything is written, and what is never refused (SEC2, LOG2). @module */
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { connect as netConnect } from "node:net";
import { type DiscussionId, type Outcome, seq, shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { TRPCClientError } from "@trpc/client";

if (await needsPostgres(import.meta.url)) {
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { sent, talk } = await import("./talk.ts");
  const { effectsDelivered, logPositions } = await import("./shard_logs.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const limitedBy = (outcome: Outcome | undefined): string | undefined =>
    outcome?.kind === "not-now" && outcome.reason === "RateLimited" && outcome.retryAfterMs > 0
      ? outcome.limiter
      : undefined;

  /** What a call was refused for, with its code. */
  const refusalOf = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
      return "";
    } catch (error) {
      assert.ok(error instanceof TRPCClientError, String(error));
      assert.ok(error.data.retryAfterMs > 0);
      return `${error.data.code} ${error.data.limiter}`;
    }
  };

  const say = async (
    { api }: Person,
    discussion: DiscussionId,
    id = freshId("msg", shardOf(discussion)),
  ): Promise<Outcome> => (await api.messages.send.mutate({ id, discussion, text: "hello" })).outcome;

  const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  for (const transport of ["ws", "http"] as const) {
    Deno.test(`[SEC2] sendsBurst over ${transport}: refused before anything is written; a duplicate is not (LOG2)`, async () => {
      await using server = await testServer({ rates: "default", limits: { sendsBurst: 5, sendsPerMinute: 1 } });
      await using ann = await person(server.url, "ann", { transport });
      const { discussion } = await talk(ann, []);
      const first = freshId("msg", ann.home);
      sent(await say(ann, discussion, first));
      while ((await say(ann, discussion)).kind === "accepted");
      await effectsDelivered(server.database);
      const before = await logPositions(server.database);
      assert.equal(limitedBy(await say(ann, discussion)), "sends");
      assert.equal((await say(ann, discussion, first)).kind, "duplicate");
      const reused = await ann.api.messages.send.mutate({ id: first, discussion, text: "other" });
      assert.equal(reused.outcome.kind === "rejected" && reused.outcome.code, "EventIdReused");
      assert.deepEqual(await logPositions(server.database), before);
    });
  }

  Deno.test("[SEC2] sendsPerMinute: who comes again when told to is served", async () => {
    await using server = await testServer({ rates: "default", limits: { sendsBurst: 2, sendsPerMinute: 120 } });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    for (let served = 0; served < 4;) {
      const outcome = await say(ann, discussion);
      if (outcome.kind === "not-now") {
        assert.ok(outcome.retryAfterMs <= 500);
        await later(outcome.retryAfterMs);
        sent(await say(ann, discussion));
      } else sent(outcome);
      served++;
    }
  });

  Deno.test("[SEC2] a bundle that there are tokens for in part goes in part; what is in the log already costs nothing (LOG2)", async () => {
    await using server = await testServer({ rates: "default", limits: { sendsBurst: 10, sendsPerMinute: 1 } });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    const body = { text: "x", mentions: [], attachments: [] };
    const drafts = Array.from({ length: 12 }, () => ({
      ...{ stream: discussion, id: freshId("msg", ann.home), type: "new-message", version: 1, body },
    }));
    const offer = async (from: number, to: number) =>
      (await ann.api.log.offer.mutate({ stream: discussion, drafts: drafts.slice(from, to) })).outcomes;
    // The group and the discussion were two of the ten.
    const outcomes = await offer(0, 12);
    assert.deepEqual(outcomes.slice(0, 8).map(({ kind }) => kind), Array(8).fill("accepted"));
    assert.deepEqual([outcomes.length, limitedBy(outcomes[8])], [9, "sends"]);
    const again = await offer(0, 12);
    assert.deepEqual(again.slice(0, 8).map(({ kind }) => kind), Array(8).fill("duplicate"));
    assert.deepEqual([again.length, limitedBy(again[8])], [9, "sends"]);
    assert.deepEqual((await offer(2, 8)).map(({ kind }) => kind), Array(6).fill("duplicate"));
  });

  Deno.test("[SEC2] discussionSendsBurst: of all who send; those who may not send use nothing of it up", async () => {
    await using server = await testServer({
      rates: "default",
      limits: { discussionSendsBurst: 4, discussionSendsPerMinute: 1 },
    });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    await using eve = await person(server.url, "eve");
    const { discussion } = await talk(ann, [ben]);
    for (let i = 0; i < 6; i++) assert.equal((await say(eve, discussion)).kind, "rejected");
    sent(await say(ann, discussion));
    sent(await say(ben, discussion));
    sent(await say(ben, discussion));
    assert.equal(limitedBy(await say(ann, discussion)), "discussionSends");
    assert.equal((await say(eve, discussion)).kind, "rejected", "a stranger is told nothing of it (VIS3)");
    const { discussion: other } = await talk(ann, []);
    sent(await say(ann, other));
  });

  Deno.test("[SEC2] groupsBurst: groups that came to be are counted, and others are not", async () => {
    await using server = await testServer({ rates: "default", limits: { groupsBurst: 2, groupsPerHour: 1 } });
    await using ann = await person(server.url, "ann");
    const create = async (shard = ann.home) =>
      (await ann.api.groups.create.mutate({
        ...{ id: freshId("evt", shard), stream: freshId("grp", shard), name: "G", members: [] },
      })).outcome;
    const elsewhere = server.storage.shards.find((shard) => shard !== ann.home)!;
    assert.equal((await create(elsewhere)).kind, "rejected");
    sent(await create());
    sent(await create());
    assert.equal(limitedBy(await create()), "groups");
  });

  Deno.test("[SEC2] callsBurst: drafts are answered not-now, or as they were before; other calls get an error", async () => {
    await using server = await testServer({ rates: "default", limits: { callsBurst: 12, callsPerMinute: 1 } });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    const id = freshId("msg", ann.home);
    sent(await say(ann, discussion, id));
    while (await refusalOf(ann.api.auth.me.query()) === "");
    assert.equal(await refusalOf(ann.api.auth.me.query()), "RateLimited calls");
    assert.equal(limitedBy(await say(ann, discussion)), "calls");
    assert.equal((await say(ann, discussion, id)).kind, "duplicate");
    const anonymous = connect(server.url, { transport: "http" });
    while (await refusalOf(anonymous.api.auth.devSignIn.mutate({ handle: "ben" })) === "");
    const limited = await fetch(`${server.url}/trpc/auth.me`, { headers: { authorization: `Bearer ${ann.token}` } });
    assert.equal(limited.status, 429);
    await limited.body?.cancel();
  });

  Deno.test("[SEC2] calls in one HTTP batch are all counted, however its commas are written", async () => {
    for (const comma of [",", "%2C", "%2c"]) {
      const limits = { callsBurst: 5, callsPerMinute: 1, callsDebt: 10 };
      await using server = await testServer({ rates: "default", limits });
      const ask = async () => {
        const response = await fetch(`${server.url}/trpc/${Array(10).fill("auth.me").join(comma)}?batch=1&input={}`);
        return (await response.text()).includes('"RateLimited"');
      };
      assert.deepEqual([await ask(), await ask()], [true, true], comma);
    }
  });

  Deno.test("[SEC2] pageCallEvents: a page of the log counts as more calls, the more it holds", async () => {
    const limits = { callsBurst: 12, callsPerMinute: 1, pageCallEvents: 1 };
    await using server = await testServer({ rates: "default", limits });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { discussion } = await talk(ann, [ben]);
    for (let i = 0; i < 4; i++) sent(await say(ann, discussion));
    // Six of twelve are spent on that; a page of five events takes six more, and is given.
    const read = () => ann.api.log.read.query({ stream: discussion, fromSeq: seq(1) });
    assert.equal((await read()).items.length, 5);
    assert.equal(await refusalOf(read()), "RateLimited calls");
    const open = () => ben.api.log.open.query({ stream: discussion });
    assert.deepEqual([(await open()).items.length, (await open()).items.length], [5, 5]);
    assert.equal(await refusalOf(open()), "RateLimited calls");
  });

  Deno.test("[SEC2] pageCallBytes: a state that is opened counts as more calls, the larger it is", async () => {
    const limits = { callsBurst: 12, callsPerMinute: 1, pageCallBytes: 500 };
    await using server = await testServer({ rates: "default", limits });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { discussion } = await talk(ann, [ben]);
    const open = () => ben.api.log.open.query({ stream: discussion, limit: 1 });
    const bytes = async () => JSON.stringify((await open()).state).length;
    assert.ok(await bytes() < 1_000);
    const id = freshId("evt", shardOf(discussion));
    sent((await ann.api.discussions.describe.mutate({ id, discussion, description: "x".repeat(1_000) })).outcome);
    const larger = await bytes();
    assert.ok(larger > 1_000 && larger < 2_500, `${larger} bytes`);
    const opened = [];
    while (opened.length < 12 && await refusalOf(open()) === "") opened.push(larger);
    assert.ok(opened.length >= 2 && opened.length <= 4, `${opened.length} opened, each worth three calls or more`);
  });

  Deno.test("[SEC2] pagesAtOnce: of a discussion as it was, too, a user is read so many of a shard at once", async () => {
    await using server = await testServer({ rates: "default" });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    sent(await say(ann, discussion));
    const { storage } = server;
    let [running, most] = [0, 0];
    const counted = <A extends unknown[], R>(read: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
      most = Math.max(most, ++running);
      try {
        return await read(...args);
      } finally {
        running--;
      }
    };
    Object.assign(storage, {
      streamAt: counted(storage.streamAt),
      messages: counted(storage.messages),
    });
    await Promise.all(
      Array.from({ length: 8 }, () => [
        ann.api.discussions.at.query({ discussion, seq: seq(1) }),
        ann.api.messages.at.query({ discussion, seq: seq(1) }),
      ]).flat(),
    );
    assert.equal(most, 2);
  });

  Deno.test("[SEC2] callsDebt: a connection that goes on calling when refused is ended, with all its frames counted", async () => {
    await using server = await testServer({
      rates: "default",
      limits: { callsBurst: 5, callsPerMinute: 1, callsDebt: 20 },
    });
    for (const frame of ["PING", "{", JSON.stringify({ id: 1, method: "query", params: { path: "nothing.at.all" } })]) {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/trpc`);
      await new Promise((resolve) => socket.onopen = resolve);
      const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
      for (let i = 0; i < 40; i++) socket.send(frame);
      // Deno cuts a connection that it closes while more comes in, so that the code does not always arrive.
      const { code } = await closed;
      assert.ok([1008, 0].includes(code), `${frame}: ${code}`);
    }
  });

  Deno.test("[SEC2] connectionsPerUser: one more gets an error and is closed; when one ends another may come", async () => {
    await using server = await testServer({ rates: "default", limits: { connectionsPerUser: 2 } });
    await using ann = await person(server.url, "ann");
    const open = () => connect(server.url, { transport: "ws", token: ann.token });
    const [first, second] = [open(), open()];
    await first.api.auth.me.query();
    await second.api.auth.me.query();
    const { code, limiter } = await errorOfThird(server.url, ann.token);
    assert.deepEqual([code, limiter], ["RateLimited", "connectionsPerUser"]);
    await first[Symbol.asyncDispose]();
    await using third = open();
    await third.api.auth.me.query();
    await second[Symbol.asyncDispose]();
  });

  /** What a connection that is one too many is told before it is closed. */
  const errorOfThird = async (url: string, token: string): Promise<{ code: string; limiter: string }> => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1`);
    await new Promise((resolve) => socket.onopen = resolve);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    const told = new Promise<string>((resolve) => socket.onmessage = ({ data }) => resolve(data));
    socket.send(JSON.stringify({ method: "connectionParams", data: { token } }));
    const { error } = JSON.parse(await told);
    await closed;
    return error.json.data;
  };

  Deno.test("[SEC2] connectionsPerAddress: one more is refused before it is upgraded, whatever it says of whom it is for", async () => {
    await using server = await testServer({ rates: "default", limits: { connectionsPerAddress: 2 } });
    const sockets = await Promise.all([1, 2].map(async () => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/trpc`);
      await new Promise((resolve) => socket.onopen = resolve);
      return socket;
    }));
    const headers = { upgrade: "websocket", connection: "Upgrade", "x-forwarded-for": "192.0.2.7" };
    const refused = await fetch(`${server.url}/trpc`, { headers });
    assert.equal(refused.status, 429);
    const { error } = await refused.json();
    assert.deepEqual([error.json.data.code, error.json.data.limiter], ["RateLimited", "connectionsPerAddress"]);
    await Promise.all(sockets.map((socket) => {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      return closed;
    }));
  });

  Deno.test("[SEC2] connectionsPerAddress: who was gone before the handshake was answered is not counted for ever", async () => {
    const limits = { connectionsPerAddress: 3, stuckReaderMs: 600 };
    await using server = await testServer({ rates: "default", limits });
    const status = async () => {
      const response = await fetch(`${server.url}/trpc`, { headers: { upgrade: "websocket", connection: "Upgrade" } });
      await response.body?.cancel();
      return response.status;
    };
    // Some reset before the server has read what they want.
    for (let tries = 0; tries < 100 && await status() !== 429; tries++) await resetInHandshake(server.url);
    assert.equal(await status(), 429);
    const end = performance.now() + 10_000;
    while (await status() === 429 && performance.now() < end) await later(100);
    // Let in, to be told that this is no handshake.
    assert.equal(await status(), 400);
    await using ann = await person(server.url, "ann", { transport: "ws" });
    await ann.api.auth.me.query();
  });

  /** Asks for a WebSocket, and resets the connection before it is there. */
  const resetInHandshake = async (url: string): Promise<void> => {
    const { hostname, port, host } = new URL(url);
    const socket = netConnect(Number(port), hostname);
    await once(socket, "connect");
    const handshake = `GET /trpc HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    await new Promise((resolve) => socket.write(handshake, resolve));
    const closed = once(socket, "close");
    socket.resetAndDestroy();
    await closed;
  };

  Deno.test("[SEC2] subscriptions: so many of one connection, and one that is stopped makes room", async () => {
    await using server = await testServer({ rates: "default", limits: { subscriptions: 2 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    const begin = () => {
      const began = Promise.withResolvers<string>();
      const { unsubscribe } = ann.api.live.inbox.subscribe({}, {
        onStarted: () => began.resolve("started"),
        onError: ({ data }) => began.resolve(`${data?.code} ${data?.limiter}`),
      });
      return { unsubscribe, began: began.promise };
    };
    const [first, second, third] = [begin(), begin(), begin()];
    const began = await Promise.all([first, second, third].map((feed) => feed.began));
    assert.deepEqual(began, ["started", "started", "RateLimited subscriptions"]);
    first.unsubscribe();
    let fourth = begin();
    while (await fourth.began !== "started") fourth = begin();
    second.unsubscribe();
    fourth.unsubscribe();
  });

  Deno.test("[SEC2] refusals are counted by limiter", async () => {
    const metricsToken = "m".repeat(43);
    await using server = await testServer({ rates: "default", metricsToken, limits: { groupsBurst: 1 } });
    await using ann = await person(server.url, "ann");
    await talk(ann, []);
    const stream = freshId("grp", ann.home);
    const { outcome } = await ann.api.groups.create.mutate({
      ...{ id: freshId("evt", ann.home), stream, name: "G", members: [] },
    });
    assert.equal(limitedBy(outcome), "groups");
    const headers = { authorization: `Bearer ${metricsToken}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    assert.match(text, /^gatz_limited_total\{limiter="groups"\} 1$/m);
  });
}
