/** The link between the writer and Postgres is cut at every point of a flush; judged by reading the logs back. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { verify } = await import("@gatz/storage");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { FlakyLink } = await import("./flaky_link.ts");
  const { readLogs } = await import("./log_oracle.ts");
  const { Town } = await import("./town.ts");
  type Ack = Awaited<ReturnType<Awaited<ReturnType<typeof Town.start>>["surely"]>>;

  Deno.test("[LOG2] [LOG4] the connection is cut at every point of a flush: nothing is lost, doubled or wrongly acked", async () => {
    await using link = await FlakyLink.start();
    const cuts = { up: 0, down: 0 };
    for (const direction of ["up", "down"] as const) {
      for (const where of ["before", "within"] as const) {
        // One message further each time, until a flush needs no more of them.
        for (let message = 1; await link.sendThroughCut({ direction, where, message }); message++) cuts[direction]++;
      }
    }
    assert.ok(cuts.up >= 20 && cuts.down >= 20, `a flush has so many points: ${JSON.stringify(cuts)}`);
    await link.judge();
  });

  Deno.test("[LOG4] the connection is cut between COMMIT and its answer: the ack is the first, the event is there once", async () => {
    await using link = await FlakyLink.start();
    for (let round = 0; round < 12; round++) await link.sendThroughLostCommit();
    await link.judge();
  });

  Deno.test("[LOG4] the answer to COMMIT is swallowed: unknown at the deadline, then the same id finds its first ack", async () => {
    await using link = await FlakyLink.start({ flushDeadlineMs: 400 });
    const draft = newMessage(link.ann, link.discussion);
    const outcome = await link.whileCommitIsUnanswered(() => link.offer(draft, 300));
    assert.deepEqual(outcome, { kind: "unknown" });
    const again = await link.untilAnswered(draft);
    assert.equal(again.kind, "duplicate");
    await link.judge();
  });

  Deno.test("[LOG4] the answer to COMMIT is swallowed: who waits long enough is told the ack", async () => {
    await using link = await FlakyLink.start({ flushDeadlineMs: 400 });
    const draft = newMessage(link.ann, link.discussion);
    const outcome = await link.whileCommitIsUnanswered(() => link.offer(draft, 20_000));
    assert.equal(outcome.kind, "accepted");
    await link.judge();
  });

  Deno.test("[LOG4] a draft whose deadline passes before it is written is refused, and never written later", async () => {
    await using link = await FlakyLink.start();
    const draft = newMessage(link.ann, link.discussion, { text: "too late" });
    const outcome = await link.whileFenceIsLocked(() => link.offer(draft, 300));
    assert.equal(outcome.kind, "not-now");
    await link.untilAnswered(newMessage(link.ann, link.discussion));
    const logs = await readLogs(link.town.database);
    assert.equal(logs.byId(draft.id), undefined);
  });

  Deno.test("[SHARD2] [LOG4] all backends are terminated again and again while people write: nothing is lost or doubled", async () => {
    await using town = await Town.start({ people: 4, shards: 4 });
    const rooms = await Promise.all(
      town.users.map((user) => town.discussion(user, town.users.filter((u) => u !== user))),
    );
    let isDone = false;
    const acks: Ack[] = [];
    const writing = town.users.flatMap((user, n) =>
      [1, 2].map(async () => {
        while (!isDone) acks.push(await town.surely(newMessage(user, rooms[n]!.discussion))); // each has made one
      })
    );
    for (let round = 0; round < 25; round++) {
      for (const url of new Set(Object.values(town.config.servers))) {
        await administer(url, (sql) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'gatz'`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20 + 5 * round));
    }
    isDone = true;
    await Promise.all(writing);
    await town.settled();
    const logs = await readLogs(town.database);
    for (const { id, seq, at } of acks) {
      assert.deepEqual({ seq: logs.byId(id)?.seq, at: logs.byId(id)?.at }, { seq, at });
    }
    assert.equal(new Set(acks.map(({ id }) => id)).size, acks.length);
    assert.ok(acks.length > 50, `people wrote: ${acks.length}`);
    assert.deepEqual((await verify(town.config)).problems, []);
  });
}
