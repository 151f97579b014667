/** From drafts to outcomes: what happens before a bundle waits for its shard's writer. @module */
import { assert, type Outcome, type Proposal, type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import type { OfferOptions, Storage } from "../contract.ts";
import type { Placement } from "../directory/placement.ts";
import { deadlineIn } from "../postgres/deadline.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import { gatherFacts } from "./facts.ts";
import { prepareDraft } from "./prepared.ts";
import type { ShardWriter } from "./writer.ts";

export interface Offering {
  readonly writers: ReadonlyMap<ShardNumber, ShardWriter>;
  readonly reads: Pick<Storage, "states">;
  readonly placement: Placement;
  readonly digestKey: Uint8Array;
}

/** See `Storage.offer`. */
export async function offer(
  { writers, reads, placement, digestKey }: Offering,
  { stream, proposals, options }: { stream: StreamId; proposals: readonly Proposal[]; options: OfferOptions },
): Promise<readonly Outcome[]> {
  assert(proposals.every((proposal) => proposal.stream === stream), "a bundle is for one stream");
  if (proposals.length === 0) return [];
  const writer = writers.get(shardOf(stream));
  if (!writer) return [noSuchShard(stream)];
  const deadline = deadlineIn(options.deadlineMs);
  const startsStream = proposals.some(({ type }) => type === "create");
  const refusals = startsStream ? await Promise.all(proposals.map(placement)) : [];
  const facts = await gatherFacts(reads, proposals);
  const drafts = proposals.map((proposal, i) => prepareDraft(proposal, { digestKey, refusal: refusals[i] }));
  const bundle = new Bundle({ drafts, facts, kind: "bundle", deadline, onStep: options.onStep });
  writer.offer(bundle);
  return await bundle.outcomes;
}

/** Offers effects, on any streams of one shard, in order: one outcome for each that was tried (SHARD3). */
export async function offerEffects(
  { writers, digestKey }: Pick<Offering, "writers" | "digestKey">,
  { shard, proposals, options }: { shard: ShardNumber; proposals: readonly Proposal[]; options: OfferOptions },
): Promise<readonly Outcome[]> {
  const writer = writers.get(shard);
  if (!writer) return [{ kind: "not-now", reason: "Unavailable", retryAfterMs: 1_000 }];
  const drafts = proposals.map((proposal) => prepareDraft(proposal, { digestKey }));
  const bundle = new Bundle({ drafts, facts: NO_FACTS, kind: "effects", deadline: deadlineIn(options.deadlineMs) });
  writer.offer(bundle);
  return await bundle.outcomes;
}

function noSuchShard(stream: StreamId): Outcome {
  return {
    kind: "rejected",
    code: "Malformed",
    field: "stream",
    detail: { problem: "NoSuchShard", shard: shardOf(stream) },
  };
}
