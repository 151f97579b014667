/** Being told to end, with everything that can stand in the way. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { connect, freshId } = await import("@gatz/testing/test_server.ts");
  const { RawSocket } = await import("../live/raw_socket.ts");
  const { readLogs } = await import("../storage/log_oracle.ts");
  const { chatter, longestPause, makeFleet } = await import("./fleet.ts");
  type Node = Awaited<ReturnType<Awaited<ReturnType<typeof makeFleet>>["start"]>>;

  const DRAIN_MS = 10_000;
  const HANDOVER_MS = 2_000;
  const AT_ONCE_MS = 1_000;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** A POST whose body never ends. */
  const endlessBody = async ({ url }: Node) => {
    const { hostname, port } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const head = `POST /trpc/log.offer HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n` +
      `content-length: 10000\r\n\r\n{`;
    await connection.write(new TextEncoder().encode(head));
    return connection;
  };

  /** Runs while somebody by hand holds a shard's fence. */
  const withFenceHeld = (url: string, shard: number, work: () => Promise<void>) =>
    administer(url, (sql) =>
      sql.begin(async (held) => {
        await held.unsafe(`select * from gatz_s${String(shard).padStart(4, "0")}.fence for update`);
        await work();
      }));

  Deno.test("[LOG4] [SHARD2] told to end with a stuck reader, a body without an end and a stuck shard: shards are handed over at once, all ends in 10 s, and a second signal ends it at once", async () => {
    await using fleet = await makeFleet();
    await using a = await fleet.start();
    await using b = await fleet.start();
    const [first, ...others] = fleet.rooms;
    assert.ok(first);
    await withFenceHeld(fleet.database.servers.a, first.shard, async () => {
      await using _reader = await RawSocket.follow(a.url, { token: first.owner.token });
      using _body = await endlessBody(a);
      const stuck = connect(a.url, { transport: "http", token: first.owner.token }).api.messages.send.mutate({
        ...{ id: freshId("msg", first.shard), discussion: first.discussion, text: "nobody will know" },
      }).then(({ outcome }) => outcome.kind, () => "no answer");
      let isOver = false;
      const talking = others.map((room) => chatter(room, { through: [a, b], isOver: () => isOver }));
      await pause(500);
      const moment = performance.now();
      const ended = a.end("SIGTERM").then(({ code }) => ({ code, ms: performance.now() - moment }));
      await pause(HANDOVER_MS);
      isOver = true;
      const said = await Promise.all(talking);
      for (const acks of said) assert.ok(longestPause(moment, acks) <= HANDOVER_MS, `${longestPause(moment, acks)}`);
      const { code, ms } = await ended;
      assert.equal(code, 0);
      assert.ok(ms <= DRAIN_MS, `${ms}`);
      assert.ok(["unknown", "not-now", "no answer"].includes(await stuck));

      // The other one now owns what it could take, and is stuck likewise.
      const again = connect(b.url, { transport: "http", token: first.owner.token }).api.messages.send.mutate({
        ...{ id: freshId("msg", first.shard), discussion: first.discussion, text: "nor this" },
      }).catch(() => {});
      await pause(300);
      Deno.kill(b.pid, "SIGTERM");
      await pause(200);
      const second = performance.now();
      await b.end("SIGTERM");
      assert.ok(performance.now() - second < AT_ONCE_MS, "a second signal does not wait");
      await again;
    });
    await readLogs(fleet.database);
  });

  Deno.test("[LOG4] told to end with nothing in the way, a node ends at once, and all that was offered has its answer", async () => {
    await using fleet = await makeFleet();
    await using node = await fleet.start();
    const [room] = fleet.rooms;
    assert.ok(room);
    await using client = connect(node.url, { transport: "ws", token: room.owner.token });
    const offered = Array.from({ length: 50 }, () => {
      const id = freshId("msg", room.shard);
      const message = { id, discussion: room.discussion, text: "last words" };
      return client.api.messages.send.mutate(message).then(({ outcome }) => ({ id, kind: outcome.kind }));
    });
    // The first answer says that they have arrived.
    await Promise.race(offered);
    const began = performance.now();
    assert.equal((await node.end("SIGTERM")).code, 0);
    assert.ok(performance.now() - began < HANDOVER_MS);
    const answers = await Promise.all(offered);
    const logs = await readLogs(fleet.database);
    for (const { id, kind } of answers) {
      assert.equal(logs.byId(id) !== undefined, kind === "accepted", `${kind}, and the log says otherwise`);
      assert.ok(kind === "accepted" || kind === "not-now", kind);
    }
  });
}
