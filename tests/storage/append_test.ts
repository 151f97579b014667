/** Many writers at once, with all that goes wrong with drafts; judged by reading the logs back. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { Crowd } = await import("./crowd.ts");
  const { verify } = await import("@gatz/storage");
  const { readLogs } = await import("./log_oracle.ts");
  const { Town } = await import("./town.ts");

  for (const homes of ["own", "elsewhere"] as const) {
    Deno.test(`[LOG1] [LOG2] [LOG3] [LOG4] 64 writers with retries, duplicates and poisoned drafts (homes: ${homes})`, async () => {
      await using town = await Town.start({ people: 16, shards: 16, homes });
      const crowd = await Crowd.gather(town, { seed: 20261122 });
      await crowd.write({ writers: 64, turns: 15 });
      await town.settled();
      const logs = await readLogs(town.database);
      crowd.judge(logs);
      assert.deepEqual((await verify(town.config)).problems, [], "[LOG6] and all that is stored is its fold");
    });
  }

  Deno.test("[LOG2] a retried draft returns the first ack", async () => {
    await using town = await Town.start({ people: 1, shards: 2 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const draft = newMessage(ann, discussion);
    const first = await town.accepted(draft);
    await town.accepted(newMessage(ann, discussion));
    assert.deepEqual(await town.offer(draft), { ...first, kind: "duplicate" });
    await town.reopen();
    assert.deepEqual(await town.offer(draft), { ...first, kind: "duplicate" }, "also by a node that has not seen it");
  });

  Deno.test("[LOG2] an id used again for other content is refused, and its ack told to its own actor only", async () => {
    await using town = await Town.start({ people: 2, shards: 2 });
    const [ann, ben] = town.users;
    assert.ok(ann && ben);
    const { discussion } = await town.discussion(ann, [ben]);
    const draft = newMessage(ann, discussion);
    const { seq, at } = await town.accepted(draft);
    const refused = { kind: "rejected", code: "EventIdReused", field: "id" };
    const other = { ...draft, body: { ...draft.body, text: "something else" } };
    assert.deepEqual(await town.offer(other), { ...refused, detail: { seq, at } });
    assert.deepEqual(await town.offer({ ...draft, actor: ben }), refused);
  });

  Deno.test("[LOG4] a bundle is committed up to the first draft that is neither accepted nor duplicate", async () => {
    await using town = await Town.start({ people: 1, shards: 2 });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const drafts = ["one", "two", "", "four"].map((text) => newMessage(ann, discussion, { text }));
    const outcomes = await town.storage.offer(discussion, drafts, { deadlineMs: 5_000 });
    assert.deepEqual(outcomes.map((o) => o.kind === "rejected" ? o.code : o.kind), [
      "accepted",
      "accepted",
      "EmptyMessage",
    ]);
    const again = await town.storage.offer(discussion, [...drafts.slice(0, 2), newMessage(ann, discussion)], {
      deadlineMs: 5_000,
    });
    assert.deepEqual(again.map(({ kind }) => kind), ["duplicate", "duplicate", "accepted"]);
    const logs = await readLogs(town.database);
    assert.deepEqual(drafts.map(({ id }) => logs.byId(id)?.text), ["one", "two", undefined, undefined]);
  });

  Deno.test("[LOG2] [FACT1] a duplicate is answered though the decision could not be made now", async () => {
    await using town = await Town.start({ people: 1, shards: 2 });
    const [ann] = town.users;
    assert.ok(ann);
    const { createDiscussion } = await import("../../packages/domain/testing/drafts.ts");
    const { discussionId } = await import("../../packages/domain/testing/ids.ts");
    const { group } = await town.discussion(ann, []);
    // Minted at the home of now, decided while the group's shard answers; then neither is so any more.
    const create = createDiscussion(ann, discussionId(900_001, 0), { group });
    const first = await town.accepted(create);
    const directory = new URL(town.config.directory);
    const { administer } = await import("@gatz/testing/test_database.ts");
    await town.reopen();
    await administer(directory.href, (sql) => sql`alter schema gatz rename to gatz_away`);
    assert.deepEqual(await town.offer(create), { ...first, kind: "duplicate" });
    const another = createDiscussion(ann, discussionId(900_002, 0), { group });
    const { kind } = await town.offer(another);
    assert.equal(kind, "not-now", "without the directory nobody knows whether it may begin there");
  });

  Deno.test("[SHARD2] a full queue says Busy at once, and takes drafts again afterwards", async () => {
    await using town = await Town.start({ people: 1, shards: 2, limits: { queueDrafts: 50 } });
    const [ann] = town.users;
    assert.ok(ann);
    const { discussion } = await town.discussion(ann, []);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => town.offer(newMessage(ann, discussion))));
    const accepted = outcomes.filter(({ kind }) => kind === "accepted").length;
    const busy = outcomes.filter((outcome) => outcome.kind === "not-now" && outcome.reason === "Busy").length;
    assert.equal(accepted + busy, 200);
    assert.ok(accepted >= 50 && busy > 0, `accepted ${accepted}, busy ${busy}`);
    await town.accepted(newMessage(ann, discussion));
  });
}
