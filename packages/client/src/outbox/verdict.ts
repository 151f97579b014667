/** What an answer to a bundle means for its drafts (LOG4). @module */
import { type Ack, type Incarnation, type Rejection, unreachable } from "@gatz/domain";
import { isTrouble, type Offered } from "../server/contract.ts";
import type { DraftId } from "../store/records.ts";
import type { Trouble, TroubleCode } from "../trouble.ts";
import type { PendingDraft } from "./contract.ts";

export interface Acked {
  readonly draft: PendingDraft;
  readonly ack: Ack;
  readonly life: Incarnation;
}
export interface Refused {
  readonly draft: PendingDraft;
  readonly rejection: Rejection;
}

export interface Verdict {
  readonly acks: readonly Acked[];
  /** The one that the bundle ended with. */
  readonly refused: Refused | null;
  /** For so long at least the rest is not to be offered again; null: it may be at once. */
  readonly afterMs: number | null;
  /** For so long the user is not to ask for anything more; null: it is about this stream, if about anything. */
  readonly limitedMs: number | null;
  /** The server could not read the call: one of its drafts may be what it can't read. */
  readonly isMalformed: boolean;
}

const NOTHING: Verdict = { acks: [], refused: null, afterMs: null, limitedMs: null, isMalformed: false };

/** What counts all that a user asks for. */
const OF_ALL: ReadonlySet<string | undefined> = new Set(["sends", "calls", "callsInFlight"]);

/** What says for sure that nothing came of a call. */
const NOTHING_DONE: ReadonlySet<TroubleCode> = new Set<TroubleCode>([
  ...["Malformed", "Unauthenticated", "Forbidden", "NotFound", "UnknownProcedure", "RateLimited", "TooLarge"] as const,
]);

/** The drafts of which nobody knows what became of them. */
export function lostOf(bundle: readonly PendingDraft[], answer: Offered | Trouble): ReadonlySet<DraftId> {
  if (isTrouble(answer)) {
    const isSure = answer.code !== undefined && NOTHING_DONE.has(answer.code);
    return new Set(isSure ? [] : bundle.map(({ draft }) => draft.id));
  }
  const first = answer.outcomes.findIndex(({ kind }) => kind === "unknown");
  return new Set(first < 0 ? [] : bundle.slice(first).map(({ draft }) => draft.id));
}

export function verdictOn(bundle: readonly PendingDraft[], answer: Offered | Trouble): Verdict {
  if (isTrouble(answer)) {
    const { code, retryAfterMs } = answer;
    // Everything else passes, if only by signing in again: no draft is lost for it.
    const isMalformed = code === "Malformed" || code === "TooLarge";
    return { ...NOTHING, afterMs: retryAfterMs, limitedMs: code === "RateLimited" ? retryAfterMs : null, isMalformed };
  }
  const acks: Acked[] = [];
  for (const [at, outcome] of answer.outcomes.entries()) {
    const draft = bundle[at];
    if (draft === undefined) break;
    switch (outcome.kind) {
      case "accepted":
      case "duplicate":
        acks.push({ draft, ack: outcome, life: answer.incarnation });
        break;
      case "rejected":
        return { ...NOTHING, acks, refused: { draft, rejection: outcome } };
      case "not-now": {
        const { retryAfterMs: afterMs, limiter } = outcome;
        return { ...NOTHING, acks, afterMs, limitedMs: OF_ALL.has(limiter) ? afterMs : null };
      }
      case "unknown":
        return { ...NOTHING, acks, afterMs: 0 };
      default:
        return unreachable(outcome);
    }
  }
  return { ...NOTHING, acks, afterMs: acks.length === bundle.length ? null : 0 };
}
