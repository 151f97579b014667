/** The link between two nodes: who may use it, and what its failures come to. @module */
import { strict as assert } from "node:assert";
import type { Forward } from "@gatz/storage/contract";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { effectsArrived } = await import("@gatz/testing/effects.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { createCredentials } = await import("../../apps/server/src/nodes/credentials.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { verify } = await import("@gatz/storage");
  const { disposeAll, talk } = await import("../api/talk.ts");
  const { readLogs } = await import("../storage/log_oracle.ts");
  type TestServer = Awaited<ReturnType<typeof testServer>>;

  const nowhere: Forward = () => Promise.resolve({ kind: "unreachable" });

  /** Two nodes; the first writes everything, and the second reaches it through a proxy alone. */
  const twoNodes = async () => {
    await using parts = new AsyncDisposableStack();
    const a = parts.use(await testServer({ database: { shards: 2 } }));
    const proxy = parts.use(startTcpProxy(a.url));
    a.storage.join({ url: proxy.through(a.url).replace(/\/$/, ""), forward: nowhere });
    const b = parts.use(await testServer({ beside: a, limits: { callDeadlineMs: 3_000 } }));
    await until(() => ownersUrls(b).every((url) => url?.endsWith(`:${proxy.port}`)));
    const ann = parts.use(await person(b.url, "ann"));
    const room = await talk(ann, []);
    // Its effects have arrived, so that nothing moves the logs but what the test sends.
    await effectsArrived(a.storage);
    const open = parts.move();
    const send = (id = freshId("msg", room.shard)) =>
      ann.api.messages.send.mutate({ id, discussion: room.discussion, text: "hello" }).then(({ outcome }) => outcome);
    return { a, b, ann, proxy, room, send, [Symbol.asyncDispose]: () => open.disposeAsync() };
  };

  const ownersUrls = ({ storage }: TestServer) =>
    [...storage.owners().values()].map((owner) => owner.kind === "elsewhere" ? owner.address.url : null);

  Deno.test("[SEC1] nobody but a node of the installation reaches the link between nodes", async () => {
    await using server = await testServer({ database: { shards: 2 } });
    await using ann = await person(server.url, "ann");
    const { node } = server.storage;
    const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
    const good = createCredentials(server.secrets.tokenKey, { random });
    const strange = createCredentials(random(32), { random });
    const link = { from: crypto.randomUUID() as typeof node, to: node };
    const statusOf = async (authorization?: string) => {
      const headers = {
        ...{ connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
        "sec-websocket-key": btoa("0123456789abcdef"),
        ...(authorization === undefined ? {} : { authorization }),
      };
      const { hostname, port } = new URL(server.url);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
      await connection.write(
        new TextEncoder().encode(`GET /nodes HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${lines}\r\n`),
      );
      const buffer = new Uint8Array(4_096);
      const read = await connection.read(buffer);
      return new TextDecoder().decode(buffer.subarray(0, read ?? 0)).split(" ")[1];
    };
    assert.equal(await statusOf(good.issue(link)), "101");
    for (
      const refused of [undefined, `Bearer ${ann.token}`, strange.issue(link), good.issue({ ...link, to: link.from })]
    ) {
      assert.equal(await statusOf(refused), "404", `${refused}`);
    }
    const plain = await fetch(`${server.url}/nodes`, { headers: { authorization: good.issue(link) } });
    assert.equal((await plain.body?.cancel(), plain.status), 404);
    for (const path of ["offer", "nodes.offer"]) {
      const response = await fetch(`${server.url}/trpc/${path}`, {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", authorization: `Bearer ${ann.token}` },
      });
      assert.equal((await response.body?.cancel(), response.status), 404, path);
    }
  });

  Deno.test("[LOG2] [LOG4] the answer to a forwarded draft is lost: it is offered again with its id, acked, and in the log once", async () => {
    await using nodes = await twoNodes();
    const { proxy, send, a, room } = nodes;
    const before = (await a.storage.fence(room.shard)).position;
    for (let n = 0; n < 5; n++) {
      // What goes up arrives; what comes back does not, and then the link is cut.
      proxy.setFlow("down", "swallow");
      const sending = send();
      await until(async () => (await a.storage.fence(room.shard)).position === before + n + 1);
      proxy.setFlow("down", "pass");
      proxy.cutAll();
      const outcome = await sending;
      assert.ok(outcome.kind === "accepted" || outcome.kind === "duplicate", JSON.stringify(outcome));
    }
    assert.equal((await a.storage.fence(room.shard)).position, before + 5);
  });

  Deno.test("[LOG4] an owner that can't be reached is not-now, one that took the draft and is silent is unknown", async () => {
    await using nodes = await twoNodes();
    const { proxy, send, a, room } = nodes;
    proxy.setFlow("down", "swallow");
    const id = freshId("msg", room.shard);
    const before = (await a.storage.fence(room.shard)).position;
    assert.deepEqual((await send(id)).kind, "unknown");
    assert.equal((await a.storage.fence(room.shard)).position, before + 1, "it was done, which nobody here could know");
    proxy.setFlow("down", "pass");
    proxy.cutAll();
    await until(async () => (await send(id)).kind === "duplicate");
    proxy.blackHole = true;
    proxy.cutAll();
    const refused = await send();
    assert.ok(refused.kind === "not-now" && refused.reason === "Unavailable", JSON.stringify(refused));
    proxy.blackHole = false;
    proxy.cutAll();
    await until(async () => (await send()).kind === "accepted");
  });

  Deno.test("[LOG1] [LOG3] [SHARD2] two servers that take the shards from each other again and again corrupt nothing", async () => {
    await using a = await testServer({ database: { shards: 2 } });
    await using b = await testServer({ beside: a });
    const ann = await person(a.url, "ann");
    const there = connect(b.url, { transport: "http", token: ann.token });
    await using _both = disposeAll(ann, there);
    const { discussion, shard } = await talk(ann, []);
    let isOver = false;
    const acks: { id: string; seq: number }[] = [];
    const talking = [ann.api, there.api, ann.api, there.api].map(async (api) => {
      while (!isOver) {
        const id = freshId("msg", shard);
        for (let isAcked = false; !isAcked;) {
          const { outcome } = await api.messages.send.mutate({ id, discussion, text: id });
          assert.notEqual(outcome.kind, "rejected", JSON.stringify(outcome));
          if (outcome.kind === "accepted" || outcome.kind === "duplicate") {
            acks.push({ id, seq: outcome.seq });
            isAcked = true;
          } else await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    });
    const owns = ({ storage }: TestServer) => storage.owners().get(shard)?.kind === "here";
    for (const [loser, winner] of [[a, b], [b, a], [a, b]] as const) {
      const heard = acks.length;
      await until(() => owns(loser) && acks.length >= heard + 20);
      // As if another had taken the shard: the owner meets an epoch that is not its own, and makes way.
      await raiseEpoch(a, shard);
      await until(() => owns(winner) && !owns(loser));
    }
    isOver = true;
    await Promise.all(talking);
    const logs = await readLogs(a.database);
    for (const { id, seq } of acks) assert.equal(logs.byId(id)?.seq, seq);
    assert.equal(new Set(acks.map(({ seq }) => seq)).size, acks.length);
    assert.ok(acks.length > 50, `${acks.length}`);
    assert.deepEqual((await verify(a.database.storageConfig())).problems, []);
  });

  const raiseEpoch = async ({ database }: TestServer, shard: number) => {
    const { administer } = await import("@gatz/testing/test_database.ts");
    const url = database.servers[database.shards.get(shard) ?? "a"];
    await administer(
      url,
      (sql) => sql.unsafe(`update gatz_s${String(shard).padStart(4, "0")}.fence set epoch = epoch + 1`),
    );
  };
}
