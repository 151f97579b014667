/** Every draft of a run, with each attempt at it. @module */
import type { HistoryRecord, OfferedDraft, RecordOf, SaidOutcome } from "../history/record.ts";

export type AttemptEnd =
  | { readonly kind: "accepted" | "duplicate"; readonly seq: number; readonly at: number; readonly incarnation: string }
  | { readonly kind: "rejected"; readonly code: string; readonly incarnation: string }
  /** Surely nothing came of it: refused for now, or not tried because of one before it in its bundle. */
  | { readonly kind: "not-now" | "untried" | "failed" }
  /** Nobody knows. */
  | { readonly kind: "unknown" | "lost" };

export interface Attempt {
  readonly op: number;
  readonly began: number;
  ended: number;
  end: AttemptEnd;
}

/** One content of one id. */
export interface DraftStory {
  readonly id: string;
  readonly digest: string;
  readonly type: string;
  readonly user: string;
  readonly stream: string;
  readonly attempts: Attempt[];
}

export class Drafts {
  readonly #stories = new Map<string, DraftStory>();
  readonly #open = new Map<number, RecordOf<"offer">>();

  take(record: HistoryRecord): void {
    switch (record.k) {
      case "offer":
        return this.#begin(record);
      case "answer":
        return this.#end(record.op, record.t, (i) => {
          const outcome = record.outcomes[i];
          if (outcome === undefined) return { kind: "untried" };
          return isFinal(outcome) ? { ...outcome, incarnation: record.incarnation } : outcome;
        });
      case "lost":
        return this.#end(record.op, record.t, () => ({ kind: "lost" }));
      case "failed":
        // An error that gatz has no name for says nothing of what was done.
        return this.#end(record.op, record.t, () => ({ kind: record.code === "Internal" ? "unknown" : "failed" }));
      default:
        return;
    }
  }

  get all(): Iterable<DraftStory> {
    return this.#stories.values();
  }

  of(id: string, digest: string): DraftStory | undefined {
    return this.#stories.get(`${id} ${digest}`);
  }

  #begin(offer: RecordOf<"offer">): void {
    this.#open.set(offer.op, offer);
    for (const draft of offer.drafts) {
      const attempt: Attempt = { op: offer.op, began: offer.t, ended: Infinity, end: { kind: "lost" } };
      this.#story(draft, offer).attempts.push(attempt);
    }
  }

  #story({ id, digest, type }: OfferedDraft, { user, stream }: RecordOf<"offer">): DraftStory {
    const key = `${id} ${digest}`;
    const found = this.#stories.get(key);
    if (found !== undefined) return found;
    const story: DraftStory = { id, digest, type, user, stream, attempts: [] };
    this.#stories.set(key, story);
    return story;
  }

  #end(op: number, t: number, endOf: (i: number) => AttemptEnd): void {
    const offer = this.#open.get(op);
    if (offer === undefined) throw new Error(`an end without an offer: ${op}`);
    this.#open.delete(op);
    offer.drafts.forEach((draft, i) => {
      const attempt = this.#story(draft, offer).attempts.find((one) => one.op === op);
      if (attempt !== undefined) Object.assign(attempt, { ended: t, end: endOf(i) });
    });
  }
}

function isFinal(
  outcome: SaidOutcome,
): outcome is Extract<SaidOutcome, { kind: "accepted" | "duplicate" | "rejected" }> {
  return outcome.kind === "accepted" || outcome.kind === "duplicate" || outcome.kind === "rejected";
}
