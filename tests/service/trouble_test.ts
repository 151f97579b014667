/** What an operator sees of trouble: health before a node is ready and beside a server that stopped answering, and the metrics of it. */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { ALL_DEFAULT_LIMITS, countStorage, Metrics, serve } = await import("@gatz/server");
  const { openStorage } = await import("@gatz/storage");
  const { ownServers } = await import("@gatz/testing/own_servers.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { freePort } = await import("@gatz/testing/free_port.ts");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { connect, freshId, person } = await import("@gatz/testing/test_server.ts");
  const { talk } = await import("../api/talk.ts");
  const { scrape } = await import("./scrape.ts");

  const health = async (url: string, query = "") => {
    const response = await fetch(`${url}/health${query}`);
    const { status, shards } = await response.json();
    return { http: response.status, status, shards };
  };

  Deno.test("[SHARD2] a node is starting until it is ready, then degraded while a server is frozen; metrics say which", async () => {
    await using servers = await ownServers();
    await using database = await testDatabase({ on: servers.urls, shards: 4 });
    const limits = { ...ALL_DEFAULT_LIMITS, readDeadlineMs: 500, flushDeadlineMs: 800 };
    const metrics = new Metrics();
    const observe = countStorage(metrics);
    const storage = await openStorage(database.storageConfig(limits), { report: () => {}, observe });
    await servers.b.pause();
    const port = freePort();
    const url = `http://127.0.0.1:${port}`;
    const config = { dev: true, host: "127.0.0.1", port, origins: [], limits };
    const secrets = { tokenKey: crypto.getRandomValues(new Uint8Array(32)) };
    const serving = serve({ config, secrets, storage, metrics });
    try {
      assert.deepEqual(await health(url), { http: 503, status: "starting", shards: [] });
      assert.equal((await scrape(url)).sum("gatz_node_phase", { phase: "starting" }), 1);
      await serving;
      assert.deepEqual(await health(url), { http: 200, status: "degraded", shards: [2, 3] });
      assert.equal((await health(url, "?strict")).http, 503);
      const down = await eventually(() => scrape(url), ({ sum }) => sum("gatz_server_skipped", { server: "b" }) === 1);
      assert.deepEqual(["0", "1", "2", "3"].map((shard) => down.sum("gatz_shard_status", { shard })), [0, 0, 2, 2]);
      assert.equal(down.sum("gatz_server_skipped", { server: "a" }), 0);
      assert.ok(down.sum("gatz_lane_changes_total", { server: "b", change: "not-opened" }) > 0);

      await servers.b.resume();
      await eventually(() => health(url, "?strict"), ({ http }) => http === 200);
      const well = await eventually(() => scrape(url), ({ sum }) => sum("gatz_shard_status") === 0);
      assert.equal(well.sum("gatz_server_skipped"), 0);

      await using anonymous = connect(url, { transport: "http" });
      const { home } = await anonymous.api.auth.devSignIn.mutate({ handle: "ann", shard: 2 });
      await using ann = await person(url, "ann");
      const { discussion } = await talk(ann, []);
      await servers.b.pause();
      const refused = await ann.api.messages.send.mutate({ id: freshId("msg", home), discussion, text: "hello" });
      assert.notEqual(refused.outcome.kind, "accepted");
      const failed = await scrape(url);
      const failures = failed.samples.filter(({ name, labels }) =>
        name === "gatz_flushes_total" && labels.shard === "2" && labels.outcome !== "committed" &&
        labels.outcome !== "nothing"
      );
      assert.ok(failures.length > 0, "the flush that failed is not counted");
      await servers.b.resume();
      await eventually(() => health(url, "?strict"), ({ http }) => http === 200);
      const again = { id: freshId("msg", home), discussion, text: "well again" };
      await eventually(
        () => ann.api.messages.send.mutate(again),
        ({ outcome }) => /accepted|duplicate/.test(outcome.kind),
      );
    } finally {
      await servers.b.resume();
      await (await serving).stop();
      await storage.close();
    }
  });
}
