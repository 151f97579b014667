/** Offers what is pending for as long as it may: each stream by itself, in order. @module */
import { type Incarnation, type Rejection, type StreamId } from "@gatz/domain";
import { isTrouble, type Server } from "../server/contract.ts";
import type { Timing } from "../timing.ts";
import { bundleBytes, nextBundle } from "./bundles.ts";
import type { OutboxLimits, PendingDraft } from "./contract.ts";
import type { KeptDrafts } from "./kept_drafts.ts";
import { Pacing } from "./pacing.ts";
import { isWaiting } from "./queues.ts";
import type { Tries } from "./tries.ts";
import type { Turn } from "./turn.ts";
import { lostOf, type Verdict, verdictOn } from "./verdict.ts";

/** So often in a row is a draft offered by itself that cannot be read, before that is taken to be its own fault. */
const MALFORMED_ALONE = 3;

interface OfferingOptions {
  readonly drafts: KeptDrafts;
  readonly server: Pick<Server, "offer">;
  readonly timing: Pick<Timing, "now" | "wait" | "retryDelayMs">;
  readonly limits: OutboxLimits;
  /** From all turns. */
  readonly tries: Tries;
  readonly turn: Turn;
}

/** How a stream's last offers went. */
interface Course {
  /** Offers in a row that settled nothing. */
  readonly failures: number;
  /** Offers in a row that the server could not read; from the first on, drafts go one by one until the one is found. */
  readonly malformed: number;
}
const FRESH: Course = { failures: 0, malformed: 0 };

export class Offering {
  readonly #options: OfferingOptions;
  readonly #courses = new Map<StreamId, Course>();
  /** Those that have a call under way, or wait until it is time for the next. */
  readonly #busy = new Set<StreamId>();
  readonly #pacing: Pacing;

  constructor(options: OfferingOptions) {
    this.#options = options;
    const { timing, limits, turn: { signal } } = options;
    this.#pacing = new Pacing({ timing, limits, signal, onRoom: () => this.#step() });
  }

  /** Comes back when the turn has ended. Answers that come later are not heard. */
  async run(): Promise<void> {
    const { drafts, turn } = this.#options;
    const unsubscribe = drafts.pending.subscribe(() => this.#step());
    this.#step();
    try {
      await turn.ended();
    } finally {
      unsubscribe();
    }
  }

  /** Offers whatever may be offered now. */
  #step(): void {
    const { drafts, limits, turn } = this.#options;
    if (turn.signal.aborted) return;
    const pending = drafts.pending.snapshot();
    for (const stream of pending.keys()) {
      if (this.#busy.has(stream) || !this.#pacing.hasRoom(stream)) continue;
      const bundle = nextBundle(stream, { pending, limits, alone: this.#courseOf(stream).malformed > 0 });
      const isBegun = bundle.length > 0 && this.#pacing.begin(stream, bundleBytes(bundle.map(({ draft }) => draft)));
      if (isBegun) void turn.start(() => this.#offer(stream, bundle));
    }
  }

  async #offer(stream: StreamId, bundle: readonly PendingDraft[]): Promise<void> {
    this.#busy.add(stream);
    const pauseMs = await this.#settled(stream, bundle);
    if (pauseMs !== null) await this.#pacing.retry(pauseMs);
    this.#busy.delete(stream);
    this.#step();
  }

  /** For how long the stream is then to be left alone, if it is. */
  async #settled(stream: StreamId, bundle: readonly PendingDraft[]): Promise<number | null> {
    const { drafts, server, tries, timing, turn } = this.#options;
    const assumed = drafts.life;
    const ids = bundle.map(({ draft }) => draft.id);
    tries.begin(ids);
    const answer = await server.offer(stream, bundle.map(({ draft }) => draft));
    tries.end(ids, { lost: lostOf(bundle, answer), now: timing.now() });
    const verdict = verdictOn(bundle, answer);
    this.#pacing.end(stream, verdict);
    if (turn.signal.aborted) return null;
    this.#step();
    if (verdict.isMalformed) return await this.#malformed(stream, bundle);
    if (isTrouble(answer)) return this.#failed(stream, answer.retryAfterMs);
    return await this.#settle(stream, verdict, { assumed, answered: answer.incarnation });
  }

  /** A draft that no server can read is taken back, once it is sure which it is. */
  async #malformed(stream: StreamId, bundle: readonly PendingDraft[]): Promise<number | null> {
    const malformed = this.#courseOf(stream).malformed + 1;
    this.#change(stream, { malformed });
    const draft = bundle.at(-1);
    if (malformed <= MALFORMED_ALONE || draft === undefined) return this.#failed(stream);
    const rejection: Rejection = { kind: "rejected", code: "Malformed" };
    if (!await this.#write({ acks: [], refused: { draft, rejection } })) return this.#failed(stream);
    this.#courses.delete(stream);
    return null;
  }

  async #settle(
    stream: StreamId,
    { acks, refused, afterMs }: Verdict,
    { assumed, answered }: { readonly assumed: Incarnation | null; readonly answered: Incarnation },
  ): Promise<number | null> {
    const { drafts, tries, timing } = this.#options;
    if (drafts.life === assumed) drafts.lives(answered);
    // The answer of a life that is over.
    if (drafts.life !== answered) return this.#failed(stream);
    // A refusal may stand on what another life has lost, and what is to be offered again before it.
    const counts = assumed === null || assumed === answered;
    const onTheWayMs = refused === null ? 0 : tries.onTheWayMs(refused.draft.draft.id, timing.now());
    if (counts && onTheWayMs > 0) {
      await this.#write({ acks, refused: null });
      return this.#failed(stream, onTheWayMs);
    }
    if (!await this.#write({ acks, refused: counts ? refused : null })) return this.#failed(stream);
    for (const { draft: { draft } } of [...acks, ...refused && counts ? [refused] : []]) tries.forget(draft.id);
    const isProgress = (counts && refused !== null) || acks.some(({ draft }) => isWaiting(draft));
    if (isProgress) this.#change(stream, { failures: 0, malformed: Math.min(1, this.#courseOf(stream).malformed) });
    return counts && afterMs === null ? null : this.#failed(stream, afterMs ?? 0);
  }

  #write(verdict: Pick<Verdict, "acks" | "refused">): Promise<boolean> {
    const { drafts, turn } = this.#options;
    return turn.write(() => drafts.settle(verdict));
  }

  /** How long to wait before the stream is offered again. */
  #failed(stream: StreamId, afterMs = 0): number {
    const { failures } = this.#courseOf(stream);
    this.#change(stream, { failures: failures + 1 });
    return Math.max(afterMs, this.#options.timing.retryDelayMs(failures));
  }

  #courseOf(stream: StreamId): Course {
    return this.#courses.get(stream) ?? FRESH;
  }

  #change(stream: StreamId, course: Partial<Course>): void {
    this.#courses.set(stream, { ...this.#courseOf(stream), ...course });
  }
}
