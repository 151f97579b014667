/** Offers what is pending for as long as it may: each stream by itself, in order. @module */
import { type Incarnation, type Rejection, type ShardNumber, shardOf, type StreamId } from "@gatz/domain";
import { isTrouble, type Server } from "../server/contract.ts";
import type { Timing } from "../timing.ts";
import { bundleBytes, nextBundle } from "./bundles.ts";
import type { OutboxLimits, PendingDraft } from "./contract.ts";
import type { KeptDrafts } from "./kept_drafts.ts";
import { isWaiting } from "./queues.ts";
import type { Turn } from "./turn.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** Calls of one shard at once: one that is stuck holds up its own streams, and takes no room from others. */
const CALLS_PER_SHARD = 4;
/** What is asked within so many milliseconds may leave in one frame of the socket: it is at most as much as fits into one. */
const FRAME_MS = 10;
const CALLS_PER_FRAME = 10;
/** So often in a row is a draft offered by itself that cannot be read, before that is taken to be its own fault. */
const MALFORMED_ALONE = 3;

interface OfferingOptions {
  readonly drafts: KeptDrafts;
  readonly server: Pick<Server, "offer">;
  readonly timing: Pick<Timing, "wait" | "retryDelayMs">;
  readonly limits: OutboxLimits;
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
  readonly #calls = new Map<ShardNumber, number>();
  #frame = { bytes: 0, calls: 0 };

  constructor(options: OfferingOptions) {
    this.#options = options;
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
      if (this.#busy.has(stream) || this.#callsOf(stream) >= CALLS_PER_SHARD) continue;
      const bundle = nextBundle(stream, { pending, limits, alone: this.#courseOf(stream).malformed > 0 });
      if (bundle.length > 0 && this.#hasRoom(bundle)) void turn.start(() => this.#offer(stream, bundle));
    }
  }

  #hasRoom(bundle: readonly PendingDraft[]): boolean {
    const isFirst = this.#frame.calls === 0;
    const bytes = this.#frame.bytes + bundleBytes(bundle.map(({ draft }) => draft));
    const calls = this.#frame.calls + 1;
    if (!isFirst && (bytes > this.#options.limits.bundleBytes || calls > CALLS_PER_FRAME)) return false;
    this.#frame = { bytes, calls };
    if (isFirst) void this.#options.turn.start(() => this.#nextFrame());
    return true;
  }

  async #nextFrame(): Promise<void> {
    await this.#options.timing.wait(FRAME_MS, this.#options.turn.signal);
    this.#frame = { bytes: 0, calls: 0 };
    this.#step();
  }

  async #offer(stream: StreamId, bundle: readonly PendingDraft[]): Promise<void> {
    const { timing, turn } = this.#options;
    this.#busy.add(stream);
    const pauseMs = await this.#settled(stream, bundle);
    if (pauseMs > 0) await timing.wait(pauseMs, turn.signal);
    this.#busy.delete(stream);
    this.#step();
  }

  /** How long the stream then is to be left alone. */
  async #settled(stream: StreamId, bundle: readonly PendingDraft[]): Promise<number> {
    const { drafts, server } = this.#options;
    const assumed = drafts.life;
    this.#count(stream, 1);
    const answer = await server.offer(stream, bundle.map(({ draft }) => draft));
    this.#count(stream, -1);
    if (this.#options.turn.signal.aborted) return 0;
    const verdict = verdictOn(bundle, answer);
    if (verdict.isMalformed) return await this.#malformed(stream, bundle);
    if (isTrouble(answer)) return this.#failed(stream, answer.retryAfterMs);
    return await this.#settle(stream, verdict, { assumed, answered: answer.incarnation });
  }

  /** A draft that no server can read is taken back, once it is sure which it is. */
  async #malformed(stream: StreamId, bundle: readonly PendingDraft[]): Promise<number> {
    const malformed = this.#courseOf(stream).malformed + 1;
    this.#change(stream, { malformed });
    const draft = bundle[0];
    if (malformed <= MALFORMED_ALONE || draft === undefined) return this.#failed(stream);
    const rejection: Rejection = { kind: "rejected", code: "Malformed" };
    if (!await this.#write({ acks: [], refused: { draft, rejection } })) return this.#failed(stream);
    this.#courses.delete(stream);
    return 0;
  }

  async #settle(
    stream: StreamId,
    { acks, refused, afterMs }: Verdict,
    { assumed, answered }: { readonly assumed: Incarnation | null; readonly answered: Incarnation },
  ): Promise<number> {
    const { drafts } = this.#options;
    if (drafts.life === assumed) drafts.lives(answered);
    // The answer of a life that is over.
    if (drafts.life !== answered) return this.#failed(stream);
    // A refusal may stand on what another life has lost, and what is to be offered again before it.
    const counts = assumed === null || assumed === answered;
    if (!await this.#write({ acks, refused: counts ? refused : null })) return this.#failed(stream);
    const isProgress = (counts && refused !== null) || acks.some(({ draft }) => isWaiting(draft));
    if (isProgress) this.#change(stream, { failures: 0, malformed: Math.min(1, this.#courseOf(stream).malformed) });
    return counts && afterMs === null ? 0 : this.#failed(stream, afterMs ?? 0);
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

  #callsOf(stream: StreamId): number {
    return this.#calls.get(shardOf(stream)) ?? 0;
  }

  #count(stream: StreamId, by: 1 | -1): void {
    this.#calls.set(shardOf(stream), this.#callsOf(stream) + by);
  }
}
