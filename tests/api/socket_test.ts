/** The WebSocket below the stock client: what is no message of the protocol. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import superjson from "superjson";

if (await needsPostgres(import.meta.url)) {
  const { testServer } = await import("@gatz/testing/test_server.ts");

  interface Answer {
    readonly id: number | null;
    readonly error?: { readonly json: { readonly message: string; readonly data: { readonly code: string } } };
  }

  /** An open socket, and what it was sent, one by one. */
  const open = async (url: string) => {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/trpc`);
    const arrived: Answer[] = [];
    let wake = Promise.withResolvers<void>();
    socket.onmessage = ({ data }) => {
      arrived.push(JSON.parse(data));
      wake.resolve();
    };
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    await new Promise((resolve) => socket.onopen = resolve);
    const next = async (): Promise<Answer> => {
      while (arrived.length === 0) {
        await wake.promise;
        wake = Promise.withResolvers();
      }
      return arrived.shift()!;
    };
    return { socket, next, closed };
  };

  const call = JSON.stringify({
    id: 7,
    method: "query",
    params: { path: "auth.me", input: superjson.serialize(undefined) },
  });

  Deno.test("[SEC3] what is no message gets a typed error, and the connection lives on", async (t) => {
    await using server = await testServer();
    const { socket, next, closed } = await open(server.url);
    const bad: [what: string, text: string][] = [
      ["not JSON", "hello"],
      ["half of one", `{"id":1,"method"`],
      ["JSON that is no message", "42"],
      ["a method that there is not", JSON.stringify({ id: 1, method: "delete", params: { path: "auth.me" } })],
      ["no path", JSON.stringify({ id: 1, method: "query", params: {} })],
      [
        "too deep",
        `{"id":1,"method":"query","params":{"path":"auth.me","input":${"[".repeat(500)}${"]".repeat(500)}}}`,
      ],
    ];
    for (const [what, text] of bad) {
      await t.step(what, async () => {
        socket.send(text);
        const answer = await next();
        assert.equal(answer.error?.json.data.code, "Malformed");
        assert.doesNotMatch(JSON.stringify(answer), /hello|\.ts:|node_modules/);
        socket.send(call);
        const after = await next();
        assert.deepEqual([after.id, after.error?.json.data.code], [7, "Unauthenticated"]);
      });
    }
    await t.step("too many calls in a batch", async () => {
      socket.send(JSON.stringify(Array.from({ length: 51 }, (_, id) => ({ ...JSON.parse(call), id }))));
      for (let id = 0; id < 51; id++) assert.equal((await next()).error?.json.data.code, "Malformed");
    });
    socket.close();
    await closed;
  });

  Deno.test("[SEC3] a message that is too long, or binary, ends its connection and no other", async () => {
    await using server = await testServer();
    const other = await open(server.url);
    for (const message of ["x".repeat(65 * 1024), "漢".repeat(25_000), new Uint8Array(10)]) {
      const { socket, closed } = await open(server.url);
      socket.send(message);
      assert.ok([1008, 1009].includes((await closed).code));
    }
    other.socket.send(call);
    assert.equal((await other.next()).id, 7);
    other.socket.close();
    await other.closed;
  });
}
