import { type Draft, incarnation, type Outcome, seq, shardNumber, unixMs, uuidToId } from "@gatz/domain";
import assert from "node:assert/strict";
import { newId } from "../new_id.ts";
import type { Server } from "../server/contract.ts";
import { Memory, memoryStore } from "../store/memory.ts";
import { systemTiming } from "../timing.ts";
import { DurableOutbox } from "./durable_outbox.ts";

const SHARD = shardNumber(3);
const DISCUSSION = uuidToId("disc", "0198c0de-0000-7003-8000-000000000001");
const LIFE = incarnation("one");

function draft(text: string): Draft {
  const body = { text, mentions: [], attachments: [] };
  return { stream: DISCUSSION, id: newId("msg", SHARD), type: "new-message", version: 1, body };
}

Deno.test("[LOG4] what one tab adds another may offer: both are told what became of their drafts, and nothing is left over", async () => {
  const memory = new Memory();
  const log: Draft[] = [];
  const server = {
    offer: (_stream, drafts) => {
      const outcomes = drafts.map((draft): Outcome => {
        const at = log.findIndex(({ id }) => id === draft.id);
        if (at >= 0) return { kind: "duplicate", id: draft.id, seq: seq(at + 1), at: unixMs(1) };
        log.push(draft);
        return { kind: "accepted", id: draft.id, seq: seq(log.length), at: unixMs(1) };
      });
      return Promise.resolve({ incarnation: LIFE, outcomes });
    },
  } as Pick<Server, "offer"> as Server;
  const stores = [memoryStore({ memory }), memoryStore({ memory })];
  const onBug = (bug: unknown) => {
    throw bug;
  };
  const boxes = stores.map((store) => new DurableOutbox({ store, server, timing: systemTiming, onBug }));
  const [a, b] = boxes as [DurableOutbox, DurableOutbox];
  const one = b.add(draft("one"));
  assert.equal((await one.stored).kind, "kept");
  a.connected(true);
  b.connected(true);
  const two = b.add(draft("two"));
  assert.deepEqual((await one.outcome).kind, "accepted");
  assert.deepEqual((await two.outcome).kind, "accepted");
  a.arrived(DISCUSSION, seq(2));
  await Promise.all(boxes.map((box) => box.close()));
  assert.deepEqual(await memoryStore({ memory }).list("drafts"), []);
  assert.deepEqual(await memoryStore({ memory }).list("outcomes"), []);
  for (const store of stores) await store.close();
});
