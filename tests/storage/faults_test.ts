/** The link between the writer and Postgres is cut at every point of a flush; judged by reading the logs back. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { FlakyLink } = await import("./flaky_link.ts");
  const { readLogs } = await import("./log_oracle.ts");

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
}
