import { type Draft, incarnation, seq, shardNumber, unixMs, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { newId } from "../new_id.ts";
import type { Server } from "../server/contract.ts";
import { Memory, memoryStore } from "../store/memory.ts";
import { systemTiming } from "../timing.ts";
import { DurableOutbox } from "./durable_outbox.ts";

const SHARD = shardNumber(3);
const [KEPT, UNKEPT] = [1, 2].map((n) => uuidToId("disc", `0198c0de-0000-7003-8000-00000000000${n}`));
const LIFE = incarnation("one");

const draftIn = (stream: Draft["stream"]) =>
  ({
    ...{ stream, id: newId("msg", SHARD), type: "new-message", version: 1 },
    body: { text: "a", mentions: [], attachments: [] },
  }) as Draft;

Deno.test("[LOG4] of a stream of which nothing is kept no event may come any more: what was accepted there waits for none", async () => {
  const server = {
    offer: (_stream, [draft]) =>
      Promise.resolve({
        incarnation: LIFE,
        outcomes: [{ kind: "accepted", id: draft!.id, seq: seq(7), at: unixMs(1) }],
      }),
  } as Pick<Server, "offer"> as Server;
  const memory = new Memory();
  const store = memoryStore({ memory });
  const onBug = (bug: unknown) => {
    throw bug;
  };
  const outbox = new DurableOutbox({ store, server, timing: systemTiming, onBug });
  await outbox.loaded;
  outbox.incarnation(LIFE);
  const offers = [KEPT!, UNKEPT!].map((stream) => outbox.add(draftIn(stream)));
  outbox.connected(true);
  for (const offer of offers) assert.equal((await offer.outcome).kind, "accepted");
  const waiting = outbox.add(draftIn(UNKEPT!));
  outbox.caughtUp((stream) => stream === KEPT);
  assert.deepEqual(outbox.pending.snapshot().get(KEPT!)?.map(({ draft }) => draft.id), [offers[0]?.id]);
  assert.deepEqual(outbox.pending.snapshot().get(UNKEPT!)?.map(({ draft }) => draft.id), [waiting.id]);
  await waiting.outcome;
  await outbox.close();
  await store.close();
});
