import type { Fact, GroupState, NotNowReason, Outcome, Proposal, SourceFact, UserFact, UserId } from "@gatz/domain";
import { type Deadline, timeLeft } from "../postgres/deadline.ts";
import { isAnswer } from "./answers.ts";
import type { OfferStep } from "../observe.ts";
import type { PreparedDraft } from "./prepared.ts";

/** What was read of other streams before a bundle was queued (FACT1). */
export interface BundleFacts {
  /** Those who are to be added, actors, and makers of invites. */
  readonly users: ReadonlyMap<UserId, Fact<UserFact>>;
  /** By draft, of which two may have the same id: the group that it names, or that of its discussion. */
  readonly groups: ReadonlyMap<Proposal, Fact<GroupState>>;
  /** By draft: the message that a discussion goes on from. */
  readonly sources: ReadonlyMap<Proposal, Fact<SourceFact>>;
}

export const NO_FACTS: BundleFacts = Object.freeze({ users: new Map(), groups: new Map(), sources: new Map() });

export interface BundleInput {
  readonly drafts: readonly PreparedDraft[];
  readonly facts: BundleFacts;
  /**
   * `bundle`: drafts to one stream, committed together up to the first that is neither accepted nor duplicate (LOG4). `effects`: a run of
   * effects on any streams of the shard, in order; a rejection is an answer, and the next is tried (SHARD3).
   */
  readonly kind: "bundle" | "effects";
  readonly deadline: Deadline;
  readonly onStep?: ((step: OfferStep) => void) | undefined;
}

/** Drafts that wait for their outcomes together. */
export class Bundle {
  readonly drafts: readonly PreparedDraft[];
  readonly facts: BundleFacts;
  readonly kind: BundleInput["kind"];
  readonly deadline: Deadline;
  readonly bytes: number;
  readonly queuedAt: number;
  readonly outcomes: Promise<readonly Outcome[]>;
  readonly onStep: BundleInput["onStep"];
  /** A COMMIT that may hold its drafts was sent, and its answer never came. */
  doubtful = false;
  /** Those of its drafts that such a COMMIT may have written. */
  #sent: ReadonlySet<PreparedDraft> | undefined;
  /** Its drafts are being written: until the answer comes nobody knows. */
  committing = false;
  readonly #settle: (outcomes: readonly Outcome[]) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #settled = false;
  #answered = false;
  /** What it was split into. */
  #parts: readonly Bundle[] = [];

  constructor({ drafts, facts, kind, deadline, onStep }: BundleInput) {
    this.drafts = drafts;
    this.facts = facts;
    this.kind = kind;
    this.deadline = deadline;
    this.onStep = onStep;
    this.bytes = drafts.reduce((sum, draft) => sum + draft.bytes, 0);
    this.queuedAt = performance.now();
    const { promise, resolve } = Promise.withResolvers<readonly Outcome[]>();
    this.outcomes = promise;
    this.#settle = resolve;
    this.#timer = setTimeout(() => this.#expire(), timeLeft(deadline));
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** Whether every draft has its answer, so that what follows it in a run may be tried (SHARD3). */
  get isAnswered(): boolean {
    return this.#answered || (this.#parts.length > 0 && this.#parts.every((part) => part.isAnswered));
  }

  /** A COMMIT whose answer never came was to write these drafts, among them some of its own. */
  noteSent(drafts: ReadonlySet<PreparedDraft>): void {
    this.#sent = this.#sent === undefined ? drafts : this.#sent.union(drafts);
  }

  wasSent(draft: PreparedDraft): boolean {
    return this.#sent?.has(draft) ?? false;
  }

  settle(outcomes: readonly Outcome[]): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#answered = outcomes.length === this.drafts.length && outcomes.every(isAnswer);
    clearTimeout(this.#timer);
    this.#settle(outcomes);
  }

  /** Two runs in its place, which answer it together; null if it can't be split: a bundle never is (LOG4). */
  split(): readonly [Bundle, Bundle] | null {
    const middle = this.drafts.length >> 1;
    if (this.kind === "bundle" || middle === 0) return null;
    const { facts, kind, deadline, doubtful } = this;
    const part = (drafts: readonly PreparedDraft[]) => {
      const half = new Bundle({ drafts, facts, kind, deadline });
      half.doubtful = doubtful;
      half.#sent = this.#sent;
      return half;
    };
    const [first, second] = [part(this.drafts.slice(0, middle)), part(this.drafts.slice(middle))];
    void Promise.all([first.outcomes, second.outcomes]).then(([one, other]) =>
      this.settle(first.isAnswered ? [...one, ...other] : one)
    );
    this.#parts = [first, second];
    // They expire by themselves: this one does not know what of theirs is committed, and would say that nothing is.
    clearTimeout(this.#timer);
    return [first, second];
  }

  /** Answers that nothing was decided: or, where that isn't sure, that nobody knows. */
  notNow(reason: NotNowReason, retryAfterMs: number): void {
    if (this.doubtful || this.committing) this.unknown();
    else this.settle([{ kind: "not-now", reason, retryAfterMs }]);
  }

  /** Answers that the outcome is not known. */
  unknown(): void {
    this.settle(this.drafts.map(() => ({ kind: "unknown" })));
  }

  // Whoever flushes leaves out what is settled, so after a not-now nothing of it is committed.
  #expire(): void {
    this.notNow("Busy", RETRY_AFTER_DEADLINE_MS);
  }
}

const RETRY_AFTER_DEADLINE_MS = 500;
