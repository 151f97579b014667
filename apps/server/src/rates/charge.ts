/** What drafts are paid from before they are offered, and what of it comes back (SEC2, LOG2). @module */
import type { AnyEventId, NotNow, Outcome, Proposal } from "@gatz/domain";

/** One limiter, as it applies to drafts of one user to one stream. */
export interface Charge {
  readonly limiter: string;
  readonly applies: (proposal: Proposal) => boolean;
  /** Takes one token. Returns 0, or in how many milliseconds there will be one. */
  readonly take: () => number;
  readonly giveBack: () => void;
  /** Whether the token is spent once the draft's outcome is this. */
  readonly isKept: (outcome: Outcome) => boolean;
}

/** Drafts that were paid for, in order, and why the next was not. */
export interface Payment {
  /** One a draft: what it was paid from. */
  readonly paid: readonly (readonly Charge[])[];
  readonly refusal: NotNow | null;
}

/** Pays draft by draft, up to the first that there are no tokens for. What is in the log already costs nothing (LOG2). */
export function payInOrder(
  proposals: readonly Proposal[],
  { charges, known }: { charges: readonly Charge[]; known: ReadonlyMap<AnyEventId, Outcome> },
): Payment {
  const paid: (readonly Charge[])[] = [];
  for (const proposal of proposals) {
    const due = known.has(proposal.id) ? [] : charges.filter((charge) => charge.applies(proposal));
    const refusal = payAll(due);
    if (refusal !== null) return { paid, refusal };
    paid.push(due);
  }
  return { paid, refusal: null };
}

/** Gives back what was paid for drafts that came to nothing; `outcomes` has one for each draft that was tried. */
export function settle({ paid }: Payment, outcomes: readonly Outcome[]): void {
  for (const [i, charges] of paid.entries()) {
    const outcome = outcomes[i];
    for (const charge of charges) if (outcome === undefined || !charge.isKept(outcome)) charge.giveBack();
  }
}

/** All or none. */
function payAll(charges: readonly Charge[]): NotNow | null {
  for (const [i, { limiter, take }] of charges.entries()) {
    const wait = take();
    if (wait === 0) continue;
    for (const taken of charges.slice(0, i)) taken.giveBack();
    return { kind: "not-now", reason: "RateLimited", limiter, retryAfterMs: Math.ceil(wait) };
  }
  return null;
}
