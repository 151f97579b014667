/** Which drafts are in the log already, asked beside the writer: for who would refuse a draft before it is offered (LOG2). @module */
import type { AnyEventId, Outcome, Proposal } from "@gatz/domain";
import type { ShardBackend } from "../backend.ts";
import { outcomeOfKnown } from "./judge.ts";
import { prepareDraft } from "./prepared.ts";

/** See `Storage.known`. */
export async function known(
  { known }: Pick<ShardBackend, "known">,
  { proposals, digestKey }: { proposals: readonly Proposal[]; digestKey: Uint8Array },
): Promise<ReadonlyMap<AnyEventId, Outcome>> {
  const drafts = proposals.map((proposal) => prepareDraft(proposal, { digestKey }));
  const found = await known(new Set(drafts.map(({ uuid }) => uuid)));
  return new Map(drafts.flatMap((draft) => {
    const event = found.get(draft.uuid);
    return event === undefined ? [] : [[draft.proposal.id, outcomeOfKnown(draft, { known: event, wasSent: false })]];
  }));
}
