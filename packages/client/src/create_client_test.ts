import { until } from "@gatz/testing/eventually.ts";
import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";
import { createGatzClient } from "./create_client.ts";

/** Takes connections and says nothing; how many it took. */
function deafServer() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  let more = Promise.withResolvers<void>();
  const accepting = (async () => {
    for await (const connection of listener) {
      taken.push(connection);
      more.resolve();
      more = Promise.withResolvers();
    }
  })();
  const takes = async (count: number) => {
    while (taken.length < count) await more.promise;
  };
  const close = async () => {
    listener.close();
    for (const connection of taken) connection.close();
    await accepting;
  };
  return { url: `http://127.0.0.1:${listener.addr.port}`, taken, takes, [Symbol.asyncDispose]: close };
}

if (await needsLoopback(import.meta.url)) {
  Deno.test("[LIVE1] a socket that does not open is given up; the next attempt waits, until the network is back", async () => {
    await using server = deafServer();
    // Delays lie anywhere between nothing and this; timers take no more.
    const never = 2 ** 31 - 1;
    const client = createGatzClient({
      url: server.url,
      token: "any",
      pace: { openMs: 100, closeMs: 50, firstRetryMs: never, lastRetryMs: never },
    });
    try {
      await server.takes(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(server.taken.length, 1);
      dispatchEvent(new Event("online"));
      await server.takes(2);
    } finally {
      await client.close();
    }
  });

  for (const code of [1000, undefined]) {
    Deno.test(`[LIVE1] a server that takes sockets and closes them at once (${code}) is asked more and more seldom`, async () => {
      let taken = 0;
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onopen = () => (taken++, socket.close(code));
        return response;
      });
      const pace = { firstRetryMs: 20, lastRetryMs: 60_000 };
      const client = createGatzClient({ url: `http://127.0.0.1:${server.addr.port}`, token: "any", pace });
      await until(() => taken >= 2);
      await new Promise((resolve) => setTimeout(resolve, 700));
      await client.close();
      await server.shutdown();
      assert(taken <= 14, `${taken} sockets`);
    });
  }

  Deno.test("[LOG4] what is asked in the same moment leaves in frames that a server takes", async () => {
    const frames: string[] = [];
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        frames.push(data);
        if (!data.includes("log.offer")) return;
        for (const { id } of [JSON.parse(data)].flat()) {
          socket.send(JSON.stringify({ id, result: { type: "data", data: { json: [] } } }));
        }
      };
      return response;
    });
    const client = createGatzClient({ url: `http://127.0.0.1:${server.addr.port}`, token: "any" });
    // What is asked does not matter here, but for how long it is.
    const offer = () => client.api.log.offer.mutate({ stream: "s".repeat(30_000), drafts: [] } as never);
    await Promise.all([offer(), offer(), offer()]);
    await client.close();
    await server.shutdown();
    assert(frames.every(({ length }) => length <= 64 * 1024), frames.map(({ length }) => length).join());
  });

  Deno.test("[LIVE1] where one address is deaf the next one is tried, over HTTP too", async () => {
    await using deaf = deafServer();
    await using other = deafServer();
    const pace = { openMs: 100, closeMs: 50, firstRetryMs: 10, lastRetryMs: 10 };
    const client = createGatzClient({ url: [deaf.url, other.url], token: "any", pace });
    try {
      await deaf.takes(2);
      await other.takes(2);
    } finally {
      await client.close();
    }
    // Nobody listens at the first.
    const overHttp = createGatzClient({ url: ["http://127.0.0.1:1", other.url], token: "any", calls: "http" });
    const before = other.taken.length;
    await assert.rejects(overHttp.api.auth.me.query());
    const end = new AbortController();
    const refused = assert.rejects(overHttp.api.auth.me.query(undefined, { signal: end.signal }));
    await other.takes(before + 1);
    end.abort();
    await refused;
    await overHttp.close();
  });
}
