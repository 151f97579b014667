/** From drafts to outcomes: what happens before a bundle waits for its shard's writer. @module */
import { assert, type Outcome, type Proposal, type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import type { OfferOptions } from "../contract.ts";
import type { Placement } from "../directory/placement.ts";
import type { ForwardedOffer } from "../nodes/contract.ts";
import { before, type Deadline, deadlineIn } from "../postgres/deadline.ts";
import { DeadlinePassed } from "../postgres/errors.ts";
import { Bundle, NO_FACTS } from "./bundle.ts";
import { type FactReads, gatherFacts, inTime } from "./facts.ts";
import { prepareDraft } from "./prepared.ts";
import type { ShardWriter } from "./writer.ts";

export interface Offering {
  readonly writers: ReadonlyMap<ShardNumber, ShardWriter>;
  readonly reads: FactReads;
  readonly placement: Placement;
  readonly digestKey: Uint8Array;
}

const FACTS_RETRY_MS = 500;

/** Offers to this node's own writer, which refuses if another node writes the shard. */
export async function offerHere(
  offering: Offering,
  { offer, options }: { offer: ForwardedOffer; options: OfferOptions },
): Promise<readonly Outcome[]> {
  const { proposals } = offer;
  if (proposals.length === 0) return [];
  const writer = offering.writers.get(offer.kind === "bundle" ? shardOf(offer.stream) : offer.shard);
  if (!writer) return [noSuchShard(offer)];
  const deadline = deadlineIn(options.deadlineMs);
  const bundle = offer.kind === "bundle"
    ? await bundleInTime(offering, { ...offer, deadline, onStep: options.onStep })
    : effectsOf(offering, { proposals, deadline });
  if (bundle === null) return [{ kind: "not-now", reason: "Unavailable", retryAfterMs: FACTS_RETRY_MS }];
  writer.offer(bundle);
  return await bundle.outcomes;
}

/** Null if its facts could not be read by the deadline. */
async function bundleInTime(...args: Parameters<typeof bundleOf>): Promise<Bundle | null> {
  try {
    return await bundleOf(...args);
  } catch (error) {
    if (error instanceof DeadlinePassed) return null;
    throw error;
  }
}

async function bundleOf(
  { reads, placement, digestKey }: Offering,
  { stream, proposals, ...input }: {
    stream: StreamId;
    proposals: readonly Proposal[];
    deadline: Deadline;
    onStep: OfferOptions["onStep"];
  },
): Promise<Bundle> {
  assert(proposals.every((proposal) => proposal.stream === stream), "a bundle is for one stream");
  const startsStream = proposals.some(({ type }) => type === "create");
  const { deadline } = input;
  const refusals = startsStream ? await before(deadline, Promise.all(proposals.map(placement))) : [];
  const facts = await gatherFacts(inTime(reads, (read) => before(deadline, read)), proposals);
  const drafts = proposals.map((proposal, i) => prepareDraft(proposal, { digestKey, refusal: refusals[i] }));
  return new Bundle({ drafts, facts, kind: "bundle", ...input });
}

/** On any streams of one shard, in order: one outcome for each that was tried (SHARD3). */
function effectsOf(
  { digestKey }: Offering,
  { proposals, deadline }: { proposals: readonly Proposal[]; deadline: Deadline },
): Bundle {
  const drafts = proposals.map((proposal) => prepareDraft(proposal, { digestKey }));
  return new Bundle({ drafts, facts: NO_FACTS, kind: "effects", deadline });
}

/** Effects wait for their shard: it may yet be made. */
function noSuchShard(offer: ForwardedOffer): Outcome {
  if (offer.kind === "effects") return { kind: "not-now", reason: "Unavailable", retryAfterMs: 1_000 };
  return {
    kind: "rejected",
    code: "Malformed",
    field: "stream",
    detail: { problem: "NoSuchShard", shard: shardOf(offer.stream) },
  };
}
