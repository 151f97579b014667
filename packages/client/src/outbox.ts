/** Drafts on their way into the log: offered in order, one at a time, until each has its outcome. @module */
import { type AnyEventId, type MessageDraft, type Outcome, type Seq, unreachable } from "@gatz/domain";
import type { Timing } from "./timing.ts";
import type { Trouble } from "./trouble.ts";

interface OutboxOptions {
  /** Offers one draft. */
  readonly offer: (draft: MessageDraft) => Promise<Outcome | Trouble>;
  /** How far the discussion's events have arrived: what is accepted up to there is no longer pending. */
  readonly head: () => Seq;
  /** Called after each change, with what a draft was refused for or what keeps it from being answered. */
  readonly onChange: (problem: string | null) => void;
  readonly timing: Pick<Timing, "retryDelayMs"> & { readonly wait: (ms: number) => Promise<void> };
}

export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: readonly MessageDraft[] = [];
  /** Accepted, and their events are on the way here. */
  #accepted: readonly MessageDraft[] = [];
  #offering = false;
  /** Offers of the first draft that had no outcome, in a row. */
  #failures = 0;
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
    this.#options.onChange(null);
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
      if (retryAfterMs !== null) await this.#options.timing.wait(retryAfterMs);
    }
    this.#offering = false;
  }

  /** Null if the draft has its final outcome, else when to offer it again. */
  async #offerOnce(draft: MessageDraft): Promise<number | null> {
    const answer = await this.#options.offer(draft);
    switch (answer.kind) {
      case "accepted":
      case "duplicate":
        if (answer.seq > this.#options.head()) this.#accepted = [...this.#accepted, draft];
        return this.#settle(draft, null);
      case "rejected":
        return this.#settle(draft, answer.code);
      case "trouble":
        if (!answer.again) return this.#settle(draft, answer.problem);
        if (answer.problem !== null) this.#options.onChange(answer.problem);
        return Math.max(answer.retryAfterMs, this.#backOff());
      case "not-now":
        return answer.retryAfterMs;
      case "unknown":
        return this.#backOff();
      default:
        return unreachable(answer);
    }
  }

  #settle(draft: MessageDraft, problem: string | null): null {
    this.#waiting = without(this.#waiting, draft.id);
    this.#failures = 0;
    this.#options.onChange(problem);
    return null;
  }

  #backOff(): number {
    return this.#options.timing.retryDelayMs(this.#failures++);
  }
}

function without(drafts: readonly MessageDraft[], id: AnyEventId): readonly MessageDraft[] {
  return drafts.some((draft) => draft.id === id) ? drafts.filter((draft) => draft.id !== id) : drafts;
}
