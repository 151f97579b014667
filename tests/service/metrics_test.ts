/** What a server counts, and who may read it. */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { METRICS } = await import("@gatz/server");
  const { connect, freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { effectsArrived } = await import("@gatz/testing/effects.ts");
  const { eventually, until } = await import("@gatz/testing/eventually.ts");
  const { Ears } = await import("../nodes/ears.ts");
  const { scrape } = await import("./scrape.ts");
  const token = "a metrics token, long enough".replaceAll(/\W/g, "-");

  /** A person in a discussion of their own. */
  const settled = async (url: string, handle: string) => {
    const someone = await person(url, handle, { transport: "ws" });
    const { api, home } = someone;
    const [group, discussion] = [freshId("grp", home), freshId("disc", home)];
    await api.groups.create.mutate({ id: freshId("evt", home), stream: group, name: "Friends", members: [] });
    const id = freshId("evt", home);
    await api.discussions.create.mutate({ id, stream: discussion, group, name: "Lunch", members: [] });
    const send = (text: string, id = freshId("msg", home)) => api.messages.send.mutate({ id, discussion, text });
    return { ...someone, discussion, send };
  };

  Deno.test("[SEC1] metrics are for who shows the token; for others nothing is there", async () => {
    await using server = await testServer({ dev: false, metricsToken: token, database: { shards: 2 } });
    const status = async (headers: Record<string, string>) => {
      const response = await fetch(`${server.url}/metrics`, { headers });
      return [response.status, /gatz_/.test(await response.text())];
    };
    assert.deepEqual(await status({ authorization: `Bearer ${token}` }), [200, true]);
    assert.deepEqual(await status({}), [404, false]);
    assert.deepEqual(await status({ authorization: `Bearer ${token}x` }), [404, false]);
    assert.deepEqual(await status({ authorization: "Bearer " }), [404, false]);
    const byQuery = await fetch(`${server.url}/metrics?token=${token}`);
    assert.equal((await byQuery.body?.cancel(), byQuery.status), 404);
  });

  Deno.test("[SEC1] without a token of the installation's nobody reads the metrics in production; in development this machine does", async () => {
    await using production = await testServer({ dev: false, database: { shards: 2 } });
    await using development = await testServer({ database: { shards: 2 } });
    const status = async (url: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${url}/metrics`, { headers });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await status(production.url), 404);
    assert.equal(await status(production.url, { authorization: "Bearer undefined" }), 404);
    assert.equal(await status(development.url), 200);
    assert.equal(await status(development.url, { "x-forwarded-for": "203.0.113.7" }), 404);
  });

  Deno.test("what a server did is counted: calls, outcomes, flushes, deliveries, bytes", async () => {
    await using server = await testServer();
    await using alice = await settled(server.url, "alice");
    // What her group and discussion have for effects is appended too.
    await effectsArrived(server.storage);
    await using feed = await new Ears(alice.api).live();
    const before = await scrape(server.url);
    const id = freshId("msg", alice.home);
    await alice.send("one", id);
    await alice.send("one", id);
    await alice.send("two");
    await alice.send("three");
    await assert.rejects(alice.send("x", "msg_nonsense" as typeof id));
    await assert.rejects(fetch(`${server.url}/nowhere`).then((r) => r.json()).then((body) => Promise.reject(body)));
    await until(() => feed.items.filter(({ type }) => type === "event").length === 3);
    const after = await scrape(server.url);
    const grown = (name: string, labels?: Record<string, string>) => after.sum(name, labels) - before.sum(name, labels);
    assert.equal(grown("gatz_calls_total", { procedure: "messages.send", code: "ok" }), 4);
    assert.equal(grown("gatz_calls_total", { procedure: "messages.send", code: "Malformed" }), 1);
    assert.equal(grown("gatz_call_seconds_count", { procedure: "messages.send" }), 5);
    assert.equal(grown("gatz_outcomes_total", { kind: "accepted" }), 3);
    assert.equal(grown("gatz_outcomes_total", { kind: "duplicate" }), 1);
    assert.equal(grown("gatz_requests_refused_total", { code: "NotFound" }), 1);
    assert.equal(grown("gatz_events_total", { shard: String(alice.home) }), 3);
    assert.equal(grown("gatz_shard_position", { shard: String(alice.home) }), 3);
    assert.equal(grown("gatz_deliveries_total"), 3);
    assert.ok(grown("gatz_frames_total") >= 1);
    assert.ok(grown("gatz_sent_bytes_total", { transport: "ws" }) > 1_000);
    assert.ok(grown("gatz_commit_seconds_count") >= 3);
    assert.equal(grown("gatz_flush_drafts_sum"), 4);
  });

  Deno.test("how a server stands is shown: shards, lanes, feeds, connections, memory; each metric of the table is there", async () => {
    await using server = await testServer();
    await using alice = await settled(server.url, "alice");
    // The effects of what she has made are still being appended, and handed on.
    const { types, sum } = await eventually(() => scrape(server.url), ({ sum }) => sum("gatz_hub_lag_events") === 0);
    assert.deepEqual([...types.keys()].toSorted(), Object.keys(METRICS).toSorted());
    for (const [name, { type }] of Object.entries(METRICS)) assert.equal(types.get(name), type);
    assert.equal(sum("gatz_shard_owned"), 16);
    assert.equal(sum("gatz_shard_status"), 0);
    assert.equal(sum("gatz_connections", { transport: "ws" }), 1);
    assert.equal(sum("gatz_node_phase", { phase: "serving" }), 1);
    assert.ok(sum("gatz_lanes", { purpose: "write", state: "open" }) > 0);
    assert.ok(sum("gatz_memory_bytes", { kind: "rss" }) > 1e7);
    assert.ok(Math.abs(sum("gatz_start_time_seconds") - Date.now() / 1000) < 60);
    assert.equal(alice.home >= 0, true);
  });

  Deno.test("two servers of one process count apart", async () => {
    await using one = await testServer({ database: { shards: 2 } });
    await using other = await testServer({ database: { shards: 2 } });
    await using anonymous = connect(one.url, { transport: "http" });
    await anonymous.api.auth.devSignIn.mutate({ handle: "alice" });
    const calls = async (url: string) => (await scrape(url)).sum("gatz_calls_total");
    assert.deepEqual([await calls(one.url), await calls(other.url)], [1, 0]);
  });
}
