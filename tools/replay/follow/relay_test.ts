import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";
import { startRelay } from "./relay.ts";

/** A server that sends back what it gets. */
function startEcho(): { url: string; stop: () => Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

async function opened(url: string): Promise<{ socket: WebSocket; closed: Promise<unknown> } | undefined> {
  const socket = new WebSocket(url.replace("http", "ws"));
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const open = new Promise((resolve) => socket.onopen = () => resolve(true));
  return await Promise.race([open, closed.then(() => false)]) === true ? { socket, closed } : undefined;
}

if (await needsLoopback(import.meta.url)) {
  Deno.test("a relay carries both ways, cuts what is open, takes none while it is cut, and then again", async () => {
    const echo = startEcho();
    const relay = startRelay(echo.url);
    const first = await opened(relay.url);
    assert.ok(first);
    const answer = new Promise((resolve) => first.socket.onmessage = ({ data }) => resolve(data));
    first.socket.send("hello");
    assert.equal(await answer, "hello");
    const healed = Promise.withResolvers<void>();
    const cut = relay.cut(healed.promise);
    await first.closed;
    assert.equal(await opened(relay.url), undefined);
    healed.resolve();
    await cut;
    const second = await opened(relay.url);
    assert.ok(second);
    await relay.close();
    await second.closed;
    await echo.stop();
  });
}
