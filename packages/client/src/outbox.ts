/** Drafts on their way into the log: offered in order, one at a time, until each has its outcome. @module */
import {
  type AnyEventId,
  type MessageDraft,
  type Outcome,
  type RejectionCode,
  type Seq,
  unreachable,
} from "@gatz/domain";

export interface OutboxOptions {
  /** Offers one draft. Null if the question or its answer was lost; throws what no repetition can mend. */
  readonly offer: (draft: MessageDraft) => Promise<Outcome | null>;
  /** How far the discussion's events have arrived: what is accepted up to there is no longer pending. */
  readonly head: () => Seq;
  /** Called after each change, with what a draft was refused for. */
  readonly onChange: (refusal?: RejectionCode | Error) => void;
  /** Comes back after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

const RETRY_MS = 500;

export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: readonly MessageDraft[] = [];
  /** Accepted, and their events are on the way here. */
  #accepted: readonly MessageDraft[] = [];
  #offering = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** What is not part of the log as far as it has arrived, oldest first. */
  get pending(): readonly MessageDraft[] {
    return [...this.#accepted, ...this.#waiting];
  }

  add(draft: MessageDraft): void {
    this.#waiting = [...this.#waiting, draft];
    this.#options.onChange();
    void this.#offerAll();
  }

  /** The event of this draft has arrived. */
  arrived(id: AnyEventId): void {
    this.#accepted = without(this.#accepted, id);
    this.#waiting = without(this.#waiting, id);
  }

  /** Offers all that is pending once more, with the same ids (LOG9). */
  offerAgain(): void {
    this.#waiting = this.pending;
    this.#accepted = [];
    void this.#offerAll();
  }

  close(): void {
    this.#closed = true;
  }

  async #offerAll(): Promise<void> {
    if (this.#offering) return;
    this.#offering = true;
    for (let draft = this.#waiting[0]; draft !== undefined && !this.#closed; draft = this.#waiting[0]) {
      const retryAfterMs = await this.#offerOnce(draft);
      if (retryAfterMs !== null) await this.#options.wait(retryAfterMs);
    }
    this.#offering = false;
  }

  /** Null if the draft has its final outcome, else when to offer it again. */
  async #offerOnce(draft: MessageDraft): Promise<number | null> {
    try {
      const outcome = await this.#options.offer(draft);
      return outcome === null ? RETRY_MS : this.#settle(draft, outcome);
    } catch (error) {
      this.#waiting = without(this.#waiting, draft.id);
      this.#options.onChange(error instanceof Error ? error : new Error(String(error)));
      return null;
    }
  }

  #settle(draft: MessageDraft, outcome: Outcome): number | null {
    switch (outcome.kind) {
      case "accepted":
      case "duplicate":
        this.#waiting = without(this.#waiting, draft.id);
        if (outcome.seq > this.#options.head()) this.#accepted = [...this.#accepted, draft];
        this.#options.onChange();
        return null;
      case "rejected":
        this.#waiting = without(this.#waiting, draft.id);
        this.#options.onChange(outcome.code);
        return null;
      case "not-now":
        return outcome.retryAfterMs;
      case "unknown":
        return RETRY_MS;
      default:
        return unreachable(outcome);
    }
  }
}

function without(drafts: readonly MessageDraft[], id: AnyEventId): readonly MessageDraft[] {
  return drafts.some((draft) => draft.id === id) ? drafts.filter((draft) => draft.id !== id) : drafts;
}
