import { strict as assert } from "node:assert";
import { type Draft, makeId, type Outcome, type Proposal, seq, shardNumber, unixMs } from "@gatz/domain";
import { hasReachedOwnStream } from "./own_stream.ts";

const shard = shardNumber(1);
let made = 0;
const id = <P extends "evt" | "user" | "disc">(prefix: P) =>
  makeId(prefix, { shard, unixMs: 1, random: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, ++made) });
const user = id("user");
const discussion = id("disc");

function left(event = id("evt")): { proposal: Proposal; outcome: Outcome } {
  const draft: Draft = { stream: discussion, id: event, type: "leave", version: 1, body: {} };
  return {
    proposal: { ...draft, actor: user },
    outcome: { kind: "duplicate", id: event, seq: seq(made), at: unixMs(1) },
  };
}

Deno.test("[SEC2] of many drafts that were accepted before, one is asked for at a time, and the same one once", async () => {
  const once = left();
  const all = [once, left(), once, left(), once];
  let [asked, running, most] = [0, 0, 0];
  const storage = {
    hasArrived: async () => {
      asked++;
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      return true;
    },
  };
  const acted = { user, proposals: all.map((one) => one.proposal), outcomes: all.map((one) => one.outcome) };
  assert.equal(await hasReachedOwnStream(storage, acted, { withinMs: 5_000 }), true);
  assert.deepEqual([asked, most], [3, 1]);
});

Deno.test("[LOG6] one that does not arrive in time is pending, whatever came before it", async () => {
  const all = [left(), left()];
  let asked = 0;
  const storage = { hasArrived: () => Promise.resolve(++asked === 1) };
  const acted = { user, proposals: all.map((one) => one.proposal), outcomes: all.map((one) => one.outcome) };
  assert.equal(await hasReachedOwnStream(storage, acted, { withinMs: 30 }), false);
});
