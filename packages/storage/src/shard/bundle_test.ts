import assert from "node:assert/strict";
import { seq, type UnixMs } from "@gatz/domain";
import { messageProposal } from "../../testing/drafts.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import { prepareDraft } from "./prepared.ts";

Deno.test("[LOG4] of a run that was split, what is committed is acked though the rest expires", async () => {
  const drafts = [1, 2].map(() => prepareDraft(messageProposal(), { digestKey: new Uint8Array(32) }));
  const run = new Bundle({ drafts, facts: NO_FACTS, kind: "effects", deadline: deadlineIn(50) });
  const [first] = run.split() ?? assert.fail("a run can be split");
  const { id } = drafts[0]!.proposal; // there are two
  first.settle([{ kind: "accepted", id, seq: seq(1), at: 1 as UnixMs }]);
  assert.deepEqual((await run.outcomes).map(({ kind }) => kind), ["accepted", "not-now"]);
});
