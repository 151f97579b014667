/** What offering drafts would be answered now, without offering them: for who greys out what can't be done (DISC4). @module */
import { decide, type Decision, needs, type Outcome, type Proposal, type StreamId, unreachable } from "@gatz/domain";
import type { ShardBackend } from "../backend.ts";
import type { Foreseen, StorageConfig } from "../contract.ts";
import type { Placement } from "../directory/placement.ts";
import type { Reads } from "../reads/reads.ts";
import { type FactReads, gatherFacts } from "./facts.ts";
import { factsOf, NOT_NOW_RETRY_MS } from "./judge.ts";
import { known } from "./known.ts";
import { prepareDraft } from "./prepared.ts";

export interface Foreseeing extends Pick<StorageConfig, "limits" | "digestKey"> {
  readonly reads: FactReads & Pick<Reads, "ground">;
  readonly placement: Placement;
  readonly shard: Pick<ShardBackend, "known">;
}

/** See `Storage.foresee`. The same looks as an offer's, in the same order: placement, facts, the ids, the ground. */
export async function foresee(
  { reads, placement, shard, limits, digestKey }: Foreseeing,
  { stream, proposals }: { stream: StreamId; proposals: readonly Proposal[] },
): Promise<readonly Foreseen[]> {
  const refusals = await Promise.all(proposals.map(placement));
  const facts = await gatherFacts(reads, proposals);
  const stored = await known(shard, { proposals, digestKey });
  const ground = await reads.ground(stream, [...new Set(proposals.flatMap((draft) => needs(draft).messages))]);
  return proposals.map((proposal, i): Foreseen => {
    const refusal = stored.get(proposal.id) ?? prepareDraft(proposal, { digestKey, refusal: refusals[i] }).refusal;
    if (refusal !== undefined) return foreseenOf(refusal);
    // A target in another discussion of this shard is none of this one's (MSG5).
    const messages = new Map([...ground.messages].filter(([, { discussion }]) => discussion === stream));
    return foreseenOf(decide({ ...ground, messages }, proposal, factsOf(proposal, { facts, at: ground.at, limits })));
  });
}

function foreseenOf(answer: Decision | Outcome): Foreseen {
  switch (answer.kind) {
    case "accepted":
    case "duplicate":
      return { kind: "accepted" };
    case "rejected":
      return answer;
    case "not-now":
      return { retryAfterMs: NOT_NOW_RETRY_MS, ...answer };
    case "unknown":
      throw new Error("nothing was offered, so nothing is in doubt");
    default:
      return unreachable(answer);
  }
}
