import { type MessageDraft, type Outcome, seq, shardNumber, unixMs, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { newId } from "./new_id.ts";
import { Outbox } from "./outbox.ts";
import { CUT, type Trouble } from "./trouble.ts";

const SHARD = shardNumber(3);
const DISCUSSION = uuidToId("disc", "0198c0de-0000-7003-8000-000000000001");

function draft(text: string): MessageDraft {
  const body = { text, mentions: [], attachments: [] };
  return { stream: DISCUSSION, id: newId("msg", SHARD), type: "new-message", version: 1, body };
}

const accepted = (id: MessageDraft["id"], at: number): Outcome => ({
  kind: "accepted",
  id,
  seq: seq(at),
  at: unixMs(0),
});

/** An outbox whose offers are answered one by one from a script; what it did is written down. */
function scripted(answers: readonly (Outcome | Trouble)[]) {
  const offered: MessageDraft["id"][] = [];
  const waits: number[] = [];
  const problems: (string | null)[] = [];
  const script = [...answers];
  const done = Promise.withResolvers<void>();
  const outbox = new Outbox({
    offer: ({ id }) => {
      offered.push(id);
      const answer = script.shift();
      if (answer === undefined) throw new Error("offered more often than the script answers");
      if (script.length === 0) setTimeout(done.resolve);
      return Promise.resolve(answer);
    },
    head: () => seq(5),
    onChange: (problem) => problems.push(problem),
    timing: {
      wait: (ms) => Promise.resolve(void waits.push(ms)),
      retryDelayMs: (attempt) => 100 + attempt,
    },
  });
  return { outbox, offered, waits, problems, done: done.promise };
}

Deno.test("[LOG4] a draft whose answer is lost, unknown or not-now is offered again with the same id, later ones after it", async () => {
  const [first, second] = [draft("one"), draft("two")];
  const notNow: Outcome = { kind: "not-now", reason: "Busy", retryAfterMs: 70 };
  const box = scripted([CUT, { kind: "unknown" }, notNow, accepted(first.id, 6), accepted(second.id, 7)]);
  box.outbox.add(first);
  box.outbox.add(second);
  await box.done;
  assert.deepEqual(box.offered, [first.id, first.id, first.id, first.id, second.id]);
  assert.deepEqual(box.waits, [100, 101, 70]);
  assert.deepEqual(box.problems, [null, null, null, null]);
});

Deno.test("[LOG4] what is accepted stays pending until its event has arrived; a rejection ends at once and says its code", async () => {
  const [first, second] = [draft("one"), draft("two")];
  const box = scripted([accepted(first.id, 6), { kind: "rejected", code: "EmptyMessage" }]);
  box.outbox.add(first);
  box.outbox.add(second);
  await box.done;
  assert.deepEqual(box.outbox.pending, [first]);
  assert.equal(box.problems.at(-1), "EmptyMessage");
  box.outbox.arrived(first.id);
  assert.deepEqual(box.outbox.pending, []);
});

Deno.test("[LOG4] an event that arrives before its ack ends the draft; so does an ack of what has arrived", async () => {
  const [early, late] = [draft("early"), draft("late")];
  const box = scripted([accepted(early.id, 4), accepted(late.id, 6)]);
  box.outbox.add(early);
  box.outbox.add(late);
  box.outbox.arrived(late.id);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(box.outbox.pending, []);
  assert.deepEqual(box.offered, [early.id]);
});

Deno.test("[LOG4] an error that no repetition can mend ends the draft, and the next one goes on", async () => {
  const [bad, good] = [draft("bad"), draft("good")];
  const box = scripted([{ ...CUT, again: false, problem: "malformed" }, accepted(good.id, 5)]);
  box.outbox.add(bad);
  box.outbox.add(good);
  await box.done;
  assert.deepEqual(box.problems, [null, null, "malformed", null]);
  assert.deepEqual(box.waits, []);
  assert.deepEqual(box.outbox.pending, []);
});

Deno.test("[LOG4] an error that may pass keeps the draft: it is offered again with the same id, ever later, and says why", async () => {
  const [first, second] = [draft("one"), draft("two")];
  const away: Trouble = { kind: "trouble", again: true, problem: "away", retryAfterMs: 0 };
  const answers = [away, { ...away, retryAfterMs: 3_000 }, away, accepted(first.id, 6), away, accepted(second.id, 7)];
  const box = scripted(answers);
  box.outbox.add(first);
  box.outbox.add(second);
  await box.done;
  assert.deepEqual(box.offered, [first.id, first.id, first.id, first.id, second.id, second.id]);
  assert.deepEqual(box.waits, [100, 3_000, 102, 100]);
  assert.deepEqual(box.problems, [null, null, "away", "away", "away", null, "away", null]);
});

Deno.test("[LOG9] in another life of the installation all that is pending is offered again, in order, with the same ids", async () => {
  const [first, second] = [draft("one"), draft("two")];
  const box = scripted([accepted(first.id, 6), accepted(second.id, 7), accepted(first.id, 8), accepted(second.id, 9)]);
  box.outbox.add(first);
  box.outbox.add(second);
  await new Promise((resolve) => setTimeout(resolve));
  box.outbox.offerAgain();
  await box.done;
  assert.deepEqual(box.offered, [first.id, second.id, first.id, second.id]);
});
