/** A client of real servers stays current through real faults: black holes, cuts, a killed node, another address. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { freePort } = await import("@gatz/testing/free_port.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { makeFleet } = await import("../nodes/fleet.ts");
  const { followingClient, say } = await import("./following_client.ts");

  /** Found out much sooner than by default. */
  const pace = { keepAliveMs: 400, pongMs: 300, openMs: 500, closeMs: 100, firstRetryMs: 50, lastRetryMs: 300 };

  Deno.test("[LIVE1] [LIVE3] a client goes on through a black hole, a cut, a killed server and a new start; on another address, with nothing lost or shown older", async () => {
    await using fleet = await makeFleet();
    const [room, other] = fleet.rooms;
    assert.ok(room && other);
    const node = await fleet.start();
    await using link = startTcpProxy(node.url);
    // Nobody listens at the second address yet.
    const second = freePort();
    const url = [link.through(node.url), `http://127.0.0.1:${second}`];
    const { token } = room.owner;
    const client = await followingClient({ url, token, pace });
    const shows = (stream: typeof room.discussion, ...texts: string[]) =>
      eventually(() => Promise.resolve(client.texts(stream)), (shown) => shown.join() === texts.join());
    const stands = (kind: string) => eventually(() => Promise.resolve(client.status().kind), (found) => found === kind);
    for (const { discussion } of [room, other]) client.open(discussion);
    await stands("live");

    await say(node.url, room, "a");
    await shows(room.discussion, "a");

    // Neither end is told that nothing passes any more, and new connections lead nowhere.
    for (const direction of ["up", "down"] as const) link.setFlow(direction, "hold");
    await say(node.url, room, "b");
    await say(node.url, other, "in the dark");
    await stands("offline");
    assert.deepEqual(client.texts(room.discussion), ["a"]);
    for (const direction of ["up", "down"] as const) link.setFlow(direction, "pass");
    link.cutAll();
    await shows(room.discussion, "a", "b");
    await shows(other.discussion, "in the dark");
    await stands("live");

    // The node dies; another one begins at the second address.
    await node.end("SIGKILL");
    await stands("offline");
    await using next = await fleet.start({ port: second });
    await stands("live");
    await say(next.url, room, "c");
    await shows(room.discussion, "a", "b", "c");
    await client.close();

    // What was missed while the client was not running comes by its stored cursor.
    await say(next.url, room, "d");
    const again = await followingClient({ url: next.url, token, pace, store: client.store });
    again.open(room.discussion);
    await eventually(() => Promise.resolve(again.texts(room.discussion)), (shown) => shown.join() === "a,b,c,d");
    // At this pace a busy machine may look like a network that is gone: then there is more than one.
    assert.deepEqual(new Set(again.followed), new Set(["a cursor"]));
    assert.deepEqual([...client.steppedBack, ...again.steppedBack], []);
    await again.close();
  });
}
