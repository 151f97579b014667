import assert from "node:assert/strict";
import { shardNumber } from "@gatz/domain";
import { messageProposal } from "../../testing/drafts.ts";
import { DEFAULT_STORAGE_LIMITS } from "../contract.ts";
import type { NodeId } from "./contract.ts";
import { OfferRouter } from "./offer_router.ts";

Deno.test("[LOG4] an offer is answered by its deadline, though nobody says who writes its shard", async () => {
  const router = new OfferRouter({
    node: "00000000-0000-4000-8000-000000000000" as NodeId,
    shards: new Map([[
      shardNumber(0),
      { isWrittenHere: () => false, owner: () => new Promise<never>(() => {}), onOwnerChange: () => () => {} },
    ]]),
    here: () => Promise.reject(new Error("it is not written here")),
    limits: DEFAULT_STORAGE_LIMITS,
  });
  router.join({ url: null, forward: () => Promise.reject(new Error("there is nobody")) });
  const proposal = messageProposal();
  const began = performance.now();
  const outcomes = await router.offer({ kind: "bundle", stream: proposal.stream, proposals: [proposal] }, {
    deadlineMs: 200,
  });
  assert.deepEqual(outcomes.map(({ kind }) => kind), ["not-now"]);
  assert.ok(performance.now() - began < 2_000);
});
