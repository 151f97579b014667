/** Two nodes on one database: one writes, both serve. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { freshId, connect, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("../api/talk.ts");

  Deno.test("[LOG1] [LIVE1] what is sent through either node lands in the shard that one of them writes, and both hand it to their feeds", async () => {
    await using a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    assert.deepEqual([...a.storage.owners().values()].map(({ kind }) => kind), Array(4).fill("here"));
    const ann = await person(a.url, "ann", { transport: "ws" });
    const ben = await person(b.url, "ben", { transport: "ws" });
    await using _people = disposeAll(ann, ben);
    const { discussion, shard } = await talk(ann, [ben]);
    const heard = { ann: [] as string[], ben: [] as string[] };
    await until(async () => (await ben.api.discussions.byUser.query({})).rows.length === 1);
    const feeds = await Promise.all(([["ann", ann], ["ben", ben]] as const).map(async ([name, { api }]) => {
      const started = Promise.withResolvers<void>();
      const { asOf: cursor } = await api.discussions.byUser.query({});
      const feed = api.live.inbox.subscribe({ cursor }, {
        onData: ({ data }) => {
          for (const item of data.items) {
            if (item.type === "live") started.resolve();
            if (item.type === "event" && item.event.type === "new-message") heard[name].push(item.event.body.text);
          }
        },
      });
      await started.promise;
      return feed;
    }));
    const said: string[] = [];
    const seqs: number[] = [];
    for (let n = 0; n < 20; n++) {
      const [who, name] = n % 2 === 0 ? [ann, "ann"] as const : [ben, "ben"] as const;
      const text = `${n} by ${name}`;
      const { outcome } = await who.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text });
      assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
      said.push(text);
      seqs.push(outcome.seq);
    }
    assert.deepEqual(seqs, said.map((_, n) => seqs[0]! + n), "one order for both nodes");
    await until(() => heard.ann.length >= said.length && heard.ben.length >= said.length);
    assert.deepEqual(heard, { ann: said, ben: said });
    for (const feed of feeds) feed.unsubscribe();
    // Who writes is known for a second after a fence was read.
    await until(() =>
      [...b.storage.owners().values()].every((owner) =>
        owner.kind === "elsewhere" && owner.address.node === a.storage.node && owner.address.url === a.url
      )
    );
  });

  Deno.test("[LOG2] the same draft through both nodes at once is one event", async () => {
    await using a = await testServer({ database: { shards: 2 } });
    await using b = await testServer({ beside: a });
    const ann = await person(a.url, "ann");
    const there = connect(b.url, { transport: "http", token: ann.token });
    await using _both = disposeAll(ann, there);
    const { discussion, shard } = await talk(ann, []);
    for (let n = 0; n < 10; n++) {
      const message = { id: freshId("msg", shard), discussion, text: `${n}` };
      const both = await Promise.all([ann.api, there.api].map((api) => api.messages.send.mutate(message)));
      assert.deepEqual(both.map(({ outcome }) => outcome.kind).sort(), ["accepted", "duplicate"]);
    }
  });

  Deno.test("[SHARD3] effects reach shards that another node writes", async () => {
    await using a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    // All shards are the first node's: what the second offers goes there, and so do the effects of it.
    const ann = await person(b.url, "ann", { shard: 0 });
    const ben = await person(b.url, "ben", { shard: 3 });
    await using _people = disposeAll(ann, ben);
    await talk(ann, [ben]);
    await until(async () => (await ben.api.discussions.byUser.query({})).rows.length === 1);
  });

  Deno.test("[LOG4] [SHARD2] the owner stops: the other node takes over, and its clients notice at most a pause", async () => {
    const a = await testServer({ database: { shards: 4 } });
    await using b = await testServer({ beside: a });
    const ann = await person(b.url, "ann", { transport: "ws" });
    await using _ann = ann;
    const { discussion, shard } = await talk(ann, []);
    await a.server.stop();
    await a.storage.close();
    const began = performance.now();
    const { outcome } = await ann.api.messages.send.mutate({
      id: freshId("msg", shard),
      discussion,
      text: "still there",
    });
    sent(outcome);
    assert.ok(performance.now() - began < 2_000);
    await until(() => [...b.storage.owners().values()].every(({ kind }) => kind === "here"));
  });
}
