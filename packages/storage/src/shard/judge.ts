/** Decides the drafts of a batch, in order, on the states under the fence. @module */
import {
  decide,
  type Decision,
  type DomainLimits,
  effects,
  type Facts,
  type MessageId,
  type MessageState,
  needs,
  type Outcome,
  type Proposal,
  type Seq,
  toEvent,
  type UnixMs,
  unreachable,
} from "@gatz/domain";
import type { Batch, KnownEvent } from "./batch.ts";
import type { Bundle, BundleFacts } from "./bundle.ts";
import type { PreparedDraft } from "./prepared.ts";

const NO_BLOBS: Facts["blobs"] = new Set();
export const NOT_NOW_RETRY_MS = 1_000;
const ALREADY_THERE: Outcome = { kind: "rejected", code: "AlreadyExists", field: "stream" };

export interface Judging {
  readonly batch: Batch;
  readonly limits: DomainLimits;
}

/** The outcomes of a bundle's drafts, one for each that was tried; what is accepted is applied to the batch. */
export function judgeBundle(bundle: Bundle, judging: Judging): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  for (const draft of bundle.drafts) {
    const outcome = judgeDraft(draft, { bundle, ...judging });
    outcomes.push(outcome);
    if (!goesOn(outcome, bundle.kind)) break;
  }
  return outcomes;
}

/** Whether what follows a draft with this outcome is tried too (LOG4, SHARD3). */
export function goesOn({ kind }: Outcome, of: Bundle["kind"]): boolean {
  return kind === "accepted" || kind === "duplicate" || (of === "effects" && kind === "rejected");
}

function judgeDraft(draft: PreparedDraft, { bundle, batch, limits }: Judging & { bundle: Bundle }): Outcome {
  const { proposal } = draft;
  const known = batch.known(draft.uuid);
  if (known) return outcomeOfKnown(draft, { known, wasSent: bundle.wasSent(draft) });
  if (draft.refusal) return draft.refusal;
  const entry = batch.stream(proposal.stream);
  const at = Math.max(batch.clock, entry?.lastAt ?? 0) as UnixMs; // Postgres gave both
  const facts = factsOf(proposal, { facts: bundle.facts, at, limits });
  const decision = decide({ stream: entry?.state ?? null, messages: groundMessages(draft, batch) }, proposal, facts);
  return outcomeOf(decision, draft, { batch, at });
}

/** What was read of other streams, as a decision on one draft takes it. */
export function factsOf(
  proposal: Proposal,
  { facts: { groups, users, sources }, at, limits }: { facts: BundleFacts; at: UnixMs; limits: DomainLimits },
): Facts {
  const { actor: by } = proposal;
  const group = groups.get(proposal);
  const source = sources.get(proposal);
  const actor = by === "system" ? undefined : users.get(by);
  return {
    ...{ at, limits, users, blobs: NO_BLOBS },
    ...(group === undefined ? {} : { group }),
    ...(actor === undefined ? {} : { actor }),
    ...(source === undefined ? {} : { source }),
  };
}

function groundMessages({ proposal }: PreparedDraft, batch: Batch): ReadonlyMap<MessageId, MessageState> {
  const messages = new Map<MessageId, MessageState>();
  for (const id of needs(proposal).messages) {
    const message = batch.message(id);
    // A target in another discussion of this shard is none of this one's (MSG5).
    if (message?.discussion === proposal.stream) messages.set(id, message);
  }
  return messages;
}

function outcomeOf(decision: Decision, draft: PreparedDraft, { batch, at }: { batch: Batch; at: UnixMs }): Outcome {
  switch (decision.kind) {
    case "accepted": {
      const { proposal } = draft;
      if (!batch.stream(proposal.stream) && batch.isTaken(proposal.stream)) return ALREADY_THERE;
      const seq = ((batch.stream(proposal.stream)?.state.seq ?? 0) + 1) as Seq; // the next after a checked one
      batch.apply(draft, toEvent(proposal, decision.decided, { seq, at }), effects);
      return { kind: "accepted", id: proposal.id, seq, at };
    }
    case "rejected":
      return decision;
    case "not-now":
      return { retryAfterMs: NOT_NOW_RETRY_MS, ...decision };
    default:
      return unreachable(decision);
  }
}

/** The answer to a draft whose id, or its UUID under another prefix, is in the log (LOG2). After a lost answer to our own COMMIT it is the first ack that comes late. */
export function outcomeOfKnown(
  { digest, proposal }: PreparedDraft,
  { known, wasSent }: { known: KnownEvent; wasSent: boolean },
): Outcome {
  if (known.ack.id === proposal.id && (known.digest === null || known.digest === digest)) {
    return { kind: wasSent ? "accepted" : "duplicate", ...known.ack };
  }
  const { seq, at } = known.ack;
  const own = known.actor === proposal.actor ? { detail: { seq, at } } : {};
  return { kind: "rejected", code: "EventIdReused", field: "id", ...own };
}
