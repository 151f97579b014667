import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import { needsLoopback } from "./loopback.ts";

if (await needsLoopback(import.meta.url)) {
  const { startTcpProxy } = await import("./tcp_proxy.ts");
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();

  /** Answers every chunk with the same chunk, and keeps what it received. */
  const startEcho = () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const received: string[] = [];
    const open = new Set<Deno.TcpConn>();
    let stopped = false;
    const serve = async (connection: Deno.TcpConn) => {
      open.add(connection);
      const buffer = new Uint8Array(1024);
      try {
        for (let read = await connection.read(buffer); read !== null; read = await connection.read(buffer)) {
          received.push(decoder.decode(buffer.subarray(0, read)));
          await connection.write(buffer.subarray(0, read));
        }
      } catch (error) {
        // A read that `stop` below ended; whatever a cut connection says is its right.
        const expected = stopped || error instanceof Deno.errors.ConnectionReset;
        assert.ok(expected, String(error));
      }
      if (open.delete(connection)) connection.close();
    };
    const serving: Promise<void>[] = [];
    const accepting = (async () => {
      for await (const connection of listener) serving.push(serve(connection));
    })();
    const stop = async () => {
      if (stopped) return;
      stopped = true;
      listener.close();
      await accepting;
      for (const connection of open) {
        open.delete(connection);
        connection.close();
      }
      await Promise.all(serving);
    };
    return { target: { hostname: "127.0.0.1", port: listener.addr.port }, received, stop };
  };

  /** Runs a test on an echo server behind a proxy, and one client's connection to it. */
  const withProxy = (
    test: (parts: {
      proxy: ReturnType<typeof startTcpProxy>;
      echo: ReturnType<typeof startEcho>;
      client: Deno.TcpConn;
    }) => Promise<void>,
  ) =>
  async () => {
    const echo = startEcho();
    const proxy = startTcpProxy(echo.target);
    const client = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
    try {
      await test({ proxy, echo, client });
    } finally {
      client.close();
      await proxy.close();
      await echo.stop();
    }
  };

  const send = (client: Deno.TcpConn, text: string) => client.write(encoder.encode(text));
  const receive = async (client: Deno.TcpConn): Promise<string | null> => {
    const buffer = new Uint8Array(1024);
    const read = await client.read(buffer);
    return read === null ? null : decoder.decode(buffer.subarray(0, read));
  };
  const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const arrived = async ({ received }: { readonly received: readonly string[] }, chunks: readonly string[]) => {
    await eventually(() => Promise.resolve(received), ({ length }) => length >= chunks.length);
    assert.deepEqual(received, chunks);
  };
  /** What is received within a while, or "nothing"; the read goes on. */
  const within = (milliseconds: number, reading: Promise<string | null>) =>
    Promise.race([reading, sleep(milliseconds).then(() => "nothing")]);

  Deno.test(
    "passes bytes both ways and counts connections",
    withProxy(async ({ proxy, client }) => {
      await send(client, "hello");
      assert.equal(await receive(client), "hello");
      assert.equal(proxy.connections, 1);
    }),
  );

  Deno.test(
    "delays each way by its own time",
    withProxy(async ({ proxy, client }) => {
      proxy.delayMs = { up: 60, down: 60 };
      const before = performance.now();
      await send(client, "late");
      assert.equal(await receive(client), "late");
      assert.ok(performance.now() - before >= 119);
    }),
  );

  Deno.test(
    "a black hole accepts and never answers",
    withProxy(async ({ proxy, echo }) => {
      proxy.blackHole = true;
      const lost = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
      await send(lost, "anybody?");
      const reading = receive(lost);
      assert.equal(await within(80, reading), "nothing");
      assert.deepEqual(echo.received, []);
      proxy.cutAll();
      assert.equal(await reading.catch(() => null), null);
      lost.close();
    }),
  );

  Deno.test(
    "held bytes arrive when the link is well again",
    withProxy(async ({ proxy, client, echo }) => {
      proxy.setFlow("up", "hold");
      await send(client, "patience");
      const reading = receive(client);
      assert.equal(await within(80, reading), "nothing");
      assert.deepEqual(echo.received, []);
      proxy.setFlow("up", "pass");
      assert.equal(await reading, "patience");
    }),
  );

  Deno.test(
    "swallowed answers: the server did the work, the client never hears",
    withProxy(async ({ proxy, client, echo }) => {
      proxy.setFlow("down", "swallow");
      await send(client, "commit");
      const reading = receive(client);
      await arrived(echo, ["commit"]);
      assert.equal(await within(80, reading), "nothing");
      proxy.cutAll();
      assert.equal(await reading.catch(() => null), null);
    }),
  );

  Deno.test(
    "a hook cuts the connection just after a chunk was handed over",
    withProxy(async ({ proxy, client, echo }) => {
      proxy.onData = ({ direction, data }, connection) => {
        if (direction === "up" && decoder.decode(data).includes("commit")) connection.cut(data.length);
      };
      await send(client, "begin");
      assert.equal(await receive(client), "begin");
      await send(client, "commit");
      assert.equal(await receive(client).catch(() => null), null);
      await arrived(echo, ["begin", "commit"]);
      assert.equal(proxy.connections, 0);
    }),
  );

  Deno.test(
    "a hook cuts within a chunk, either way",
    withProxy(async ({ proxy, client, echo }) => {
      proxy.onData = ({ direction }, connection) => {
        if (direction === "up") connection.cut(3);
      };
      await send(client, "abcdef");
      assert.equal(await receive(client).catch(() => null), null);
      await arrived(echo, ["abc"]);
      proxy.onData = ({ direction }, connection) => {
        if (direction === "down") connection.cut(2);
      };
      const other = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
      await send(other, "uvwxyz");
      assert.equal(await receive(other), "uv");
      assert.equal(await receive(other).catch(() => null), null);
      other.close();
    }),
  );

  Deno.test(
    "without a server behind it, a connection ends",
    withProxy(async ({ proxy, echo }) => {
      await echo.stop();
      const client = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
      assert.equal(await receive(client).catch(() => null), null);
      client.close();
    }),
  );
}
