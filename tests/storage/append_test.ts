/** Many writers at once, with all that goes wrong with drafts; judged by reading the logs back. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { idToUuid, uuidToId } = await import("@gatz/domain");
  const drafts = await import("../../packages/domain/testing/drafts.ts");
  const { groupId } = await import("../../packages/domain/testing/ids.ts");
  const { newMessage } = drafts;
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

  Deno.test("[LOG2] one UUID under two prefixes is one id: the later event is refused, and the first keeps its acks", async () => {
    await using town = await Town.start({ people: 2, shards: 2 });
    const [ann, ben] = town.users;
    assert.ok(ann && ben);
    const { discussion } = await town.discussion(ann, [ben]);
    const deadline = { deadlineMs: 5_000 };
    const message = newMessage(ann, discussion);
    const alias = { ...drafts.leaveDiscussion(ben, discussion), id: uuidToId("evt", idToUuid(message.id)) };
    const refused = { kind: "rejected", code: "EventIdReused", field: "id" };
    const [first, second] = await town.storage.offer(discussion, [message, alias], deadline);
    assert.equal(first?.kind, "accepted");
    assert.deepEqual(second, refused);
    assert.deepEqual(await town.offer(alias), refused, "also later");
    // In one flush with the retry of the first, whichever comes last.
    for (let n = 0; n < 5; n++) {
      const [retry, attack, after] = await Promise.all([town.offer(message), town.offer(alias), town.offer(message)]);
      assert.deepEqual([retry, attack, after].map(({ kind }) => kind), ["duplicate", "rejected", "duplicate"]);
    }
    await town.reopen();
    assert.equal((await town.offer(message)).kind, "duplicate");
    await readLogs(town.database);
  });

  Deno.test("[ID1] [SHARD2] a stream with the UUID of another kind's is refused for good, and no other draft suffers", async () => {
    const said: string[] = [];
    await using town = await Town.start({ people: 1, shards: 1 });
    await town.reopen({ report: (what) => said.push(what) });
    const [ann] = town.users;
    assert.ok(ann);
    const { group } = await town.discussion(ann, []);
    const twin = uuidToId("disc", idToUuid(group));
    const createTwin = drafts.createDiscussion(ann, twin, { group });
    const refused = { kind: "rejected", code: "AlreadyExists", field: "stream" };
    assert.deepEqual(await town.offer(createTwin), refused);
    const ghost = newMessage(ann, twin);
    const outcome = await town.offer(ghost);
    assert.equal(outcome.kind === "rejected" ? outcome.code : outcome.kind, "NotFound");
    // Both begin in one flush; which of them is first is open.
    const other = groupId(800_001, town.homeOf(ann));
    const creates = [
      drafts.createGroup(ann, other),
      drafts.createDiscussion(ann, uuidToId("disc", idToUuid(other)), { group }),
    ];
    const outcomes = await Promise.all(creates.map((draft) => town.offer(draft)));
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["accepted", "rejected"]);
    assert.deepEqual(outcomes.find(({ kind }) => kind === "rejected"), refused);
    const states = await town.storage.states([group, twin]);
    assert.deepEqual([states.get(group)?.kind, states.get(twin)?.kind], ["known", "missing"], "asked for together");
    assert.deepEqual(said, [], "no flush failed");
    await town.reopen();
    assert.deepEqual(await town.offer(createTwin), refused, "also by a node that has seen neither");
    await readLogs(town.database);
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
