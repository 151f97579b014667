import assert from "node:assert/strict";
import { messageProposal } from "../../testing/drafts.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import { prepareDraft } from "./prepared.ts";
import { BundleQueue } from "./queue.ts";

const digestKey = new Uint8Array(32);

function bundleOf(drafts: number, { deadlineMs = 60_000, kind = "bundle" as Bundle["kind"] } = {}): Bundle {
  const prepared = Array.from(
    { length: drafts },
    () => prepareDraft(messageProposal(), { digestKey }),
  );
  return new Bundle({ drafts: prepared, facts: NO_FACTS, kind, deadline: { at: performance.now() + deadlineMs } });
}

const settle = (...bundles: Bundle[]) => bundles.forEach((bundle) => bundle.settle([]));

Deno.test("[SHARD2] a queue is bounded by drafts and by bytes", () => {
  const queue = new BundleQueue({ queueDrafts: 5, queueBytes: 1e6 });
  const [three, two, one] = [bundleOf(3), bundleOf(2), bundleOf(1)];
  for (const bundle of [three, two]) {
    assert.ok(queue.hasRoomFor(bundle));
    queue.push(bundle);
  }
  assert.ok(!queue.hasRoomFor(one));
  // What is being flushed may come back: until it is through it takes its room.
  const taken = queue.take(3);
  assert.deepEqual([queue.size.drafts, queue.hasRoomFor(one)], [2, false]);
  queue.unshift(taken);
  queue.flushed();
  assert.deepEqual([queue.size.drafts, queue.hasRoomFor(one)], [5, false]);
  queue.take(3);
  queue.flushed();
  assert.ok(queue.hasRoomFor(one));
  assert.ok(!new BundleQueue({ queueDrafts: 5, queueBytes: one.bytes - 1 }).hasRoomFor(one));
  settle(three, two, one);
});

Deno.test("[LOG4] a batch never splits a bundle, and leaves out what was answered meanwhile", () => {
  const queue = new BundleQueue({ queueDrafts: 100, queueBytes: 1e6 });
  const bundles = [bundleOf(2), bundleOf(2), bundleOf(3), bundleOf(10)];
  for (const bundle of bundles) queue.push(bundle);
  settle(bundles[1]!); // there are four
  assert.deepEqual(queue.take(5), [bundles[0], bundles[2]]);
  assert.deepEqual(queue.take(5), [bundles[3]], "one that is larger than a batch goes alone");
  assert.ok(queue.isEmpty);
  settle(...bundles);
});

Deno.test("[LOG4] at its deadline a bundle is refused; or unknown, where it may have been committed", async () => {
  const waiting = bundleOf(1, { deadlineMs: 0 });
  assert.deepEqual((await waiting.outcomes).map(({ kind }) => kind), ["not-now"]);
  const committing = bundleOf(2, { deadlineMs: 0 });
  committing.committing = true;
  assert.deepEqual(await committing.outcomes, [{ kind: "unknown" }, { kind: "unknown" }]);
  const doubtful = bundleOf(1);
  doubtful.doubtful = true;
  doubtful.notNow("Unavailable", 10);
  assert.deepEqual(await doubtful.outcomes, [{ kind: "unknown" }]);
});

Deno.test("[SHARD3] a run of effects can be split and is answered in order; a bundle can't", async () => {
  const bundle = bundleOf(4);
  assert.equal(bundle.split(), null);
  const run = bundleOf(3, { kind: "effects" });
  const [first, second] = run.split() ?? [];
  assert.ok(first && second);
  assert.deepEqual([...first.drafts, ...second.drafts], run.drafts);
  second.settle([{ kind: "rejected", code: "NoChange" }, { kind: "unknown" }]);
  first.settle([{ kind: "rejected", code: "NotFound" }]);
  assert.deepEqual((await run.outcomes).map((o) => o.kind === "rejected" ? o.code : o.kind), [
    "NotFound",
    "NoChange",
    "unknown",
  ]);
  settle(bundle);
});

Deno.test("[SHARD3] of a run that was split, what comes behind a part without an answer is not told", async () => {
  const kinds = async (run: Bundle) => (await run.outcomes).map(({ kind }) => kind);
  for (const unanswered of ["not-now", "unknown"] as const) {
    const run = bundleOf(2, { kind: "effects" });
    const [first, second] = run.split() ?? [];
    assert.ok(first && second);
    second.settle([{ kind: "rejected", code: "NoChange" }]);
    if (unanswered === "unknown") first.unknown();
    else first.notNow("Unavailable", 10);
    assert.deepEqual(await kinds(run), [unanswered]);
    assert.ok(!run.isAnswered);
  }
  const run = bundleOf(4, { kind: "effects" });
  const [first, second] = run.split() ?? [];
  assert.ok(first && second);
  const rejection = { kind: "rejected", code: "NoChange" } as const;
  for (const part of first.split() ?? []) part.settle([rejection]);
  assert.ok(first.isAnswered, "at once, for the next part is tried at once");
  second.settle([rejection, rejection]);
  assert.deepEqual(await kinds(run), ["rejected", "rejected", "rejected", "rejected"]);
});
