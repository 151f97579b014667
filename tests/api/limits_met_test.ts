/** Limits that the tests of what they bound do not name: each met on a whole server (SEC2, SEC3). @module */
import { strict as assert } from "node:assert";
import { seq } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { Raw } = await import("../abuse/raw.ts");
  const { sent, talk } = await import("./talk.ts");

  const PATIENCE_MS = 10_000;

  Deno.test("[SEC3] nameCodePoints: a longer name is rejected", async () => {
    await using server = await testServer({ database: { shards: 2 }, limits: { nameCodePoints: 3 } });
    await using ann = await person(server.url, "ann");
    const named = async (name: string) =>
      (await ann.api.groups.create.mutate({
        ...{ id: freshId("evt", ann.home), stream: freshId("grp", ann.home), name, members: [] },
      })).outcome;
    sent(await named("a👍c"));
    const refused = await named("abcd");
    assert.equal(refused.kind === "rejected" && refused.code, "NameInvalid");
  });

  Deno.test("[SEC3] pageBytes: a page of the log ends there, and the next ones bring the rest", async () => {
    await using server = await testServer({ database: { shards: 2 }, limits: { pageBytes: 2_000 } });
    await using ann = await person(server.url, "ann");
    const { discussion } = await talk(ann, []);
    const texts = Array.from({ length: 10 }, (_, n) => `${n} ${"x".repeat(700)}`);
    for (const text of texts) {
      sent((await ann.api.messages.send.mutate({ id: freshId("msg", ann.home), discussion, text })).outcome);
    }
    const found: string[] = [];
    for (let fromSeq = 1, pages = 1;; pages++) {
      const { items, asOf } = await ann.api.log.read.query({ stream: discussion, fromSeq: seq(fromSeq) });
      for (const item of items) {
        if (item.type === "event" && item.event.type === "new-message") found.push(item.event.body.text);
      }
      fromSeq += items.length;
      if (fromSeq <= asOf) continue;
      assert.ok(pages >= 3, `${pages} pages`);
      break;
    }
    assert.deepEqual(found, texts);
    // What a client begins with ends there too, and goes up to the head without a gap.
    const opened = await ann.api.log.open.query({ stream: discussion });
    const seqs = opened.items.map((item) => item.type === "event" ? item.event.seq : assert.fail("all is hers"));
    assert.ok(seqs.length >= 1 && seqs.length < 5, `${seqs.length} events`);
    assert.deepEqual(seqs, seqs.map((_, n) => opened.asOf - seqs.length + 1 + n));
    assert.deepEqual([opened.asOf, opened.state.seq], [11, 11]);
  });

  Deno.test("[LIVE5] socketBytes: a connection whose answers nobody takes is ended at eight times that, however long it may be stuck", async () => {
    await using server = await testServer({
      database: { shards: 2 },
      limits: { socketBytes: 16 * 1024, stuckReaderMs: 600_000 },
    });
    await using ann = await person(server.url, "ann");
    await using ben = await person(server.url, "ben");
    const { discussion } = await talk(ann, [ben]);
    for (let n = 0; n < 20; n++) {
      const text = "x".repeat(9_000);
      sent((await ann.api.messages.send.mutate({ id: freshId("msg", ann.home), discussion, text })).outcome);
    }
    using raw = await Raw.socket(server.url, { from: "192.0.2.1", params: true });
    await raw.send(JSON.stringify({ method: "connectionParams", data: { token: ben.token } }));
    const params = { path: "log.read", input: { json: { stream: discussion, fromSeq: 1, limit: 100 } } };
    const end = performance.now() + PATIENCE_MS;
    for (let id = 1; !raw.closed && performance.now() < end; id++) {
      await raw.send(JSON.stringify({ id, jsonrpc: "2.0", method: "query", params }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(raw.endedThere, "it was not ended");
    assert.equal((await ann.api.auth.me.query()).user, ann.user);
  });
}
