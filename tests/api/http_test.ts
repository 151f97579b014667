/** The one port: origins, headers, bounds, the page, tokens. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { until } from "@gatz/testing/eventually.ts";
import superjson from "superjson";

if (await needsPostgres(import.meta.url)) {
  const { connect, person, testServer } = await import("@gatz/testing/test_server.ts");

  const json = { "content-type": "application/json" };
  const signIn = (handle: string) => JSON.stringify(superjson.serialize({ handle }));
  const errorOf = async (response: Response) => {
    const body = await response.json();
    const answer = Array.isArray(body) ? body[0] : body;
    const shape = superjson.deserialize<{ data: { code: string; field?: string } }>(answer.error);
    return { status: response.status, code: shape.data.code };
  };

  Deno.test("[SEC3] only allowed origins are answered, and only they may read the answers", async () => {
    await using server = await testServer({ dev: false, origins: ["https://chat.example.org"] });
    const url = `${server.url}/trpc/auth.me`;
    const from = (origin: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { origin, ...json } });
    const foreign = await from("https://evil.example");
    assert.equal(foreign.headers.get("access-control-allow-origin"), null);
    assert.deepEqual(await errorOf(foreign), { status: 403, code: "Forbidden" });
    const localhost = await from("http://localhost:5173");
    assert.deepEqual(await errorOf(localhost), { status: 403, code: "Forbidden" });
    const allowed = await from("https://chat.example.org");
    assert.equal(allowed.headers.get("access-control-allow-origin"), "https://chat.example.org");
    assert.equal(allowed.headers.get("vary"), "origin");
    assert.deepEqual(await errorOf(allowed), { status: 401, code: "Unauthenticated" });
    const asked = await from("https://chat.example.org", { method: "OPTIONS" });
    assert.equal(asked.status, 204);
    assert.match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/);
    assert.equal(asked.headers.get("access-control-allow-credentials"), null);
    const own = await from(server.url);
    assert.deepEqual(await errorOf(own), { status: 401, code: "Unauthenticated" });
  });

  /** The answer to a request's head, given without its lines' ends; read until it holds something, or ends. */
  const answerTo = async (server: string, head: readonly string[], until = /\r\n/) => {
    const { hostname, port } = new URL(server);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(head.map((line) => `${line}\r\n`).join("") + "\r\n"));
    let answer = "";
    for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
      answer += text;
      if (until.test(answer)) break;
    }
    return answer;
  };

  const HANDSHAKE = [
    ...["upgrade: websocket", "connection: Upgrade"],
    ...["sec-websocket-version: 13", `sec-websocket-key: ${btoa("0123456789abcdef")}`],
  ];

  /** The status line that a WebSocket's request is answered with. */
  const upgradeStatus = async (server: string, headers: Record<string, string>) => {
    const lines = Object.entries({ host: new URL(server).host, ...headers }).map(([name, value]) =>
      `${name}: ${value}`
    );
    return (await answerTo(server, ["GET /trpc HTTP/1.1", ...HANDSHAKE, ...lines])).split("\r\n")[0];
  };

  Deno.test("[SEC3] a WebSocket of a foreign origin is refused before it is one", async () => {
    await using server = await testServer({ dev: false, origins: ["https://chat.example.org"] });
    assert.match(await upgradeStatus(server.url, { origin: "https://evil.example" }) ?? "", / 403 /);
    assert.match(await upgradeStatus(server.url, { origin: "https://chat.example.org" }) ?? "", / 101 /);
    assert.match(await upgradeStatus(server.url, {}) ?? "", / 101 /);
  });

  Deno.test("[SEC3] a request for a WebSocket whose head is odd ends nothing: it is answered, or refused as malformed", async () => {
    await using server = await testServer();
    const { host } = new URL(server.url);
    const [get, whole] = ["GET /trpc HTTP/1.1", `GET ${server.url}/trpc HTTP/1.1`];
    const heads: Record<string, readonly string[]> = {
      "two hosts": [get, ...HANDSHAKE, `host: ${host}`, "host: elsewhere"],
      "no host": [get, ...HANDSHAKE],
      "a host that is none beside a whole URL": [whole, ...HANDSHAKE, "host: a b"],
      "another host beside a whole URL": [whole, ...HANDSHAKE, "host: elsewhere:99999"],
    };
    for (const [what, head] of Object.entries(heads)) {
      assert.match(await answerTo(server.url, head), /^HTTP\/1\.1 (101|400) /, what);
    }
    const refused: Record<string, readonly string[]> = {
      "a host that is none": [get, ...HANDSHAKE, "host: a b"],
      "no connection: Upgrade": [get, ...HANDSHAKE.filter((line) => !line.startsWith("connection")), `host: ${host}`],
      "no key": [get, ...HANDSHAKE.filter((line) => !line.startsWith("sec-websocket-key")), `host: ${host}`],
      "a call with a host that is none": ["GET /trpc/auth.me HTTP/1.1", "host: a b"],
    };
    for (const [what, head] of Object.entries(refused)) {
      const answer = await answerTo(server.url, head);
      assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*"Malformed"/, what);
    }
    assert.match(await upgradeStatus(server.url, {}) ?? "", / 101 /, "it lives on");
    await using ann = await person(server.url, "ann", { transport: "ws" });
    assert.equal((await ann.api.auth.me.query()).handle, "ann");
  });

  Deno.test("[SEC3] requests are bounded before they are parsed", async () => {
    await using server = await testServer({ limits: { bodyBytes: 10_000, batchCalls: 3 } });
    const post = (path: string, body: BodyInit, headers: Record<string, string> = json) =>
      fetch(`${server.url}/trpc/${path}`, { method: "POST", body, headers });
    const large = await post("auth.devSignIn", signIn("x".repeat(20_000)));
    assert.deepEqual(await errorOf(large), { status: 413, code: "TooLarge" });
    const endless = new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(1_000).fill(32)) });
    assert.deepEqual(await errorOf(await post("auth.devSignIn", endless)), { status: 413, code: "TooLarge" });
    const deep = await post("auth.devSignIn", `{"json":${"[".repeat(100)}${"]".repeat(100)}}`);
    assert.deepEqual(await errorOf(deep), { status: 400, code: "Malformed" });
    const four = await fetch(`${server.url}/trpc/auth.me,auth.me,auth.me,auth.me?batch=1`);
    assert.deepEqual(await errorOf(four), { status: 400, code: "Malformed" });
    assert.deepEqual(await errorOf(await post("auth.devSignIn", "{")), { status: 400, code: "Malformed" });
    const form = await post("auth.devSignIn", new FormData(), {});
    assert.deepEqual(await errorOf(form), { status: 400, code: "Malformed" });
    assert.deepEqual(await errorOf(await post("no.such", "{}")), { status: 404, code: "UnknownProcedure" });
    assert.deepEqual(await errorOf(await fetch(`${server.url}/trpc/`)), { status: 404, code: "UnknownProcedure" });
    assert.equal((await post("auth.devSignIn", signIn("still_here"))).status, 200);
  });

  Deno.test("[SEC1] the development sign-in is for development, and for this machine", async () => {
    await using production = await testServer({ dev: false });
    await using development = await testServer();
    const post = (url: string, headers: Record<string, string> = {}) =>
      fetch(`${url}/trpc/auth.devSignIn`, { method: "POST", body: signIn("ann"), headers: { ...json, ...headers } });
    assert.deepEqual(await errorOf(await post(production.url)), { status: 403, code: "Forbidden" });
    const forwarded = await post(development.url, { "x-forwarded-for": "192.0.2.7" });
    assert.deepEqual(await errorOf(forwarded), { status: 403, code: "Forbidden" });
    // The answer is to a page that must not see it, so it is not given at all.
    const page = await post(development.url, { origin: "https://evil.example" });
    assert.deepEqual(await errorOf(page), { status: 403, code: "Forbidden" });
    const mine = await post(development.url);
    assert.equal(mine.status, 200);
    await mine.body?.cancel();
  });

  Deno.test("[SEC1] a page whose name was made to lead to this machine gets nothing of development", async () => {
    await using development = await testServer();
    await using _ann = await person(development.url, "ann", { shard: 0 });
    const { port } = new URL(development.url);
    const input = encodeURIComponent(JSON.stringify(superjson.serialize({ shard: 0, from: 0 })));
    // An event stream is a 200 even with nothing but an error in it.
    const given: Record<string, RegExp> = { [`/trpc/debug.tail?input=${input}`]: /"type":"register"/, "/": /<html/ };
    for (const [path, content] of Object.entries(given)) {
      const get = (host: string) => {
        const head = [`GET ${path} HTTP/1.1`, `host: ${host}`, "accept: text/event-stream"];
        return answerTo(development.url, head, new RegExp(`${content.source}|"code":"Forbidden"`));
      };
      assert.doesNotMatch(await get(`evil.example:${port}`), content, path);
      assert.match(await get(`localhost:${port}`), content, path);
    }
  });

  Deno.test("[USR2] a handle that looks like somebody's is taken", async () => {
    await using server = await testServer();
    await using _owner = await person(server.url, "mary_lou");
    await using anonymous = connect(server.url, { transport: "http" });
    for (const handle of ["marylou", "mary_1ou", "rnary_lou"]) {
      const data = { code: "HandleTaken", field: "handle", httpStatus: 409 };
      await assert.rejects(anonymous.api.auth.devSignIn.mutate({ handle }), { data });
    }
  });

  Deno.test("[SEC1] a token that is altered, expired or in the URL is none", async () => {
    await using server = await testServer({ limits: { tokenMs: 2_500 } });
    await using ann = await person(server.url, "ann", { transport: "ws" });
    const refused = { data: { code: "Unauthenticated", httpStatus: 401 } };
    assert.equal((await ann.api.auth.me.query()).handle, "ann");
    for (const transport of ["ws", "http"] as const) {
      await using altered = connect(server.url, { transport, token: ann.token.slice(0, -4) + "AAAA" });
      await assert.rejects(altered.api.auth.me.query(), refused);
      await using none = connect(server.url, { transport });
      await assert.rejects(none.api.auth.me.query(), refused);
    }
    const params = encodeURIComponent(JSON.stringify({ token: ann.token }));
    const inUrl = await fetch(`${server.url}/trpc/auth.me?connectionParams=${params}`);
    assert.deepEqual(await errorOf(inUrl), { status: 401, code: "Unauthenticated" });
    // An open connection does not outlive its token.
    await until(() => ann.api.auth.me.query().then(() => false, () => true));
    await assert.rejects(ann.api.auth.me.query(), refused);
  });

  Deno.test("[SEC3] the page comes with a policy that lets in nothing from elsewhere", async () => {
    await using server = await testServer();
    const page = await fetch(server.url);
    assert.equal(page.status, 200);
    const html = await page.text();
    assert.match(html, /<div id="root">/);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    const script = /src="\.?\/?([\w.-]+\.js)"/.exec(html)?.[1];
    const asset = await fetch(`${server.url}/${script}`);
    assert.equal(asset.status, 200);
    assert.match(asset.headers.get("content-type") ?? "", /^text\/javascript/);
    assert.match(asset.headers.get("cache-control") ?? "", /immutable/);
    await asset.body?.cancel();
    for (const path of ["/nothing.js", "/..%2fserver", "/trpcx", "/health/x"]) {
      assert.deepEqual(await errorOf(await fetch(server.url + path)), { status: 404, code: "NotFound" }, path);
    }
  });
}
