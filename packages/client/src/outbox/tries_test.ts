import type { Outcome } from "@gatz/domain";
import assert from "node:assert/strict";
import { aDiscussion, OutboxStage, saying } from "../../testing/outbox/outbox_stage.ts";
import { memoryStore } from "../store/memory.ts";
import { CUT, type Trouble } from "../trouble.ts";
import type { Settled } from "./contract.ts";

const REJECTED = { taken: 0, end: { kind: "rejected", code: "NotFound" } as Outcome };
const LIMITED: Trouble = { ...CUT, code: "RateLimited", problem: "slower" };

/** Offers one draft; what it came to within so many seconds, if anything. */
async function offered(answers: readonly (Trouble | typeof REJECTED | undefined)[], seconds: number) {
  await using stage = new OutboxStage();
  let n = 0;
  stage.play = () => answers[n++];
  const outbox = await stage.live();
  let told: Settled | undefined;
  void outbox.add(saying(aDiscussion())).outcome.then((outcome) => told = outcome);
  await stage.time.pass(seconds * 1_000);
  return { told: told?.kind, refused: outbox.refused.snapshot().length, offers: n };
}

Deno.test("[LOG4] while an earlier try may still arrive a rejection is not the last word: the draft may be accepted yet", async () => {
  assert.deepEqual(await offered([CUT, REJECTED, undefined], 8), { told: undefined, refused: 0, offers: 2 });
  assert.deepEqual(await offered([CUT, REJECTED, undefined], 30), { told: "accepted", refused: 0, offers: 3 });
});

Deno.test("[LOG4] what a tab had on its way when it was killed may still arrive too: the next one takes no rejection for final", async () => {
  await using stage = new OutboxStage();
  const store = memoryStore({ memory: stage.memory });
  stage.play = () => new Promise(() => {});
  const draft = saying(aDiscussion());
  void (await stage.live({ store })).add(draft);
  await stage.time.settle();
  await store.close();
  const answers = [REJECTED];
  stage.play = () => answers.shift();
  const next = await stage.live();
  await stage.time.pass(8_000);
  assert.deepEqual([stage.bundles.length, next.refused.snapshot().length], [2, 0]);
  await stage.time.pass(30_000);
  assert.deepEqual(stage.logs.get(draft.stream)?.map(({ id }) => id), [draft.id]);
});

Deno.test("[LOG4] who begins after a tab that had heard of all it offered believes a rejection at once", async () => {
  await using stage = new OutboxStage();
  const first = await stage.live();
  first.add(saying(aDiscussion()));
  await stage.time.pass(1_000);
  await first.close();
  stage.play = () => REJECTED;
  const next = await stage.live();
  next.add(saying(aDiscussion()));
  await stage.time.pass(1_000);
  assert.equal(next.refused.snapshot().length, 1);
});

Deno.test("[LOG4] what is rejected again when no try can be on its way is taken back", async () => {
  assert.deepEqual(await offered([CUT, REJECTED, REJECTED], 30), { told: "rejected", refused: 1, offers: 3 });
});

Deno.test("[LOG4] a rejection is final at once where every try before it was answered", async () => {
  assert.deepEqual(await offered([REJECTED], 1), { told: "rejected", refused: 1, offers: 1 });
  assert.deepEqual(await offered([LIMITED, REJECTED], 5), { told: "rejected", refused: 1, offers: 2 });
});
