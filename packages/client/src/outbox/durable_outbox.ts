/** What the user wants and the server has yet to take: drafts, marks and settings, durably, over all tabs of a store. @module */
import {
  type DiscussionId,
  type Draft,
  type Incarnation,
  type NotifyLevel,
  type ReadMark,
  type Seq,
  seq,
  type StreamId,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Server } from "../server/contract.ts";
import { type Change, LockLost, type Store, StoreFailed, type Table } from "../store/contract.ts";
import { TURN_KEY } from "../store/meta.ts";
import type { DraftId, RefusedRecord, TurnRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import { bundleBytes } from "./bundles.ts";
import {
  type Kept,
  type NotKept,
  notKept,
  type Offer,
  type Outbox,
  OUTBOX_LIMITS,
  OUTBOX_LOCK,
  type OutboxLimits,
  type Pending,
  type WantedMark,
  type Wishes,
} from "./contract.ts";
import { KeptDrafts } from "./kept_drafts.ts";
import { KeptWishes } from "./kept_wishes.ts";
import { Offering } from "./offering.ts";
import { countOf, draftsOf } from "./queues.ts";
import { Telling } from "./telling.ts";
import { Tries } from "./tries.ts";
import { Turn } from "./turn.ts";

export interface OutboxOptions {
  readonly store: Store;
  readonly server: Pick<Server, "offer" | "mark" | "markUnread" | "notify">;
  readonly timing: Timing;
  /** Told of what must not happen; nothing is offered from here any more then. */
  readonly onBug: (bug: unknown) => void;
  readonly limits?: Partial<OutboxLimits>;
}

/** For so long an outcome is kept for a tab that may have slept. */
const OUTCOMES_MS = 7 * 24 * 3_600_000;
const IF_HELD: Change = { type: "if-held", lock: OUTBOX_LOCK };

/** Takes drafts and wishes from the beginning; shows what is stored as soon as that is read. */
export class DurableOutbox implements Outbox {
  /** What was stored before is shown. */
  readonly loaded: Promise<void>;
  readonly pending: Observable<Pending>;
  readonly refused: Observable<readonly RefusedRecord[]>;
  readonly wishes: Observable<Wishes>;
  readonly #options: OutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #drafts: KeptDrafts;
  readonly #wishes: KeptWishes;
  readonly #tries = new Tries();
  /** This tab's last turn. */
  #begunAt: number | null = null;
  readonly #closing = new AbortController();
  /** Aborts with the connection; null: there is none. */
  #connection: AbortController | null = null;
  readonly #unwatch: () => void;
  #served: Promise<void> = Promise.resolve();

  constructor(options: OutboxOptions) {
    const { store, timing, limits } = options;
    this.#options = options;
    this.#limits = { ...OUTBOX_LIMITS, ...limits };
    this.#drafts = new KeptDrafts({ store, now: () => timing.now(), limits: this.#limits });
    this.#wishes = new KeptWishes({ store, timing, closing: this.#closing.signal });
    this.pending = this.#drafts.pending;
    this.refused = this.#drafts.refused.all;
    this.wishes = this.#wishes.all;
    this.#unwatch = store.watch((tables) => void this.#tryOn(() => this.#read(tables)));
    this.loaded = this.#tryOn(async () => {
      await this.#drafts.load();
      await this.#wishes.read();
    });
  }

  add(draft: Draft): Offer {
    return this.addBundle([draft])[0]!; // one a draft
  }

  addBundle(drafts: readonly Draft[]): readonly Offer[] {
    const refusal = this.#refusalOf(drafts);
    if (refusal !== null) {
      const told = Promise.resolve(refusal);
      return drafts.map(({ id }) => ({ id, stored: told, outcome: told }));
    }
    const madeAt = this.#options.timing.now();
    return this.#drafts.add(drafts.map((draft) => ({ draft, madeAt })));
  }

  dismiss(id: DraftId): Promise<Kept | NotKept> {
    return this.#drafts.dismiss(id);
  }

  mark(wanted: WantedMark, held: ReadMark): Promise<Kept | NotKept> {
    return this.#isClosed ? Promise.resolve(notKept("Closed")) : this.#wishes.mark(wanted, held);
  }

  notify(discussion: DiscussionId, level: NotifyLevel): Promise<Kept | NotKept> {
    return this.#isClosed ? Promise.resolve(notKept("Closed")) : this.#wishes.notify(discussion, level);
  }

  arrived(stream: StreamId, seq: Seq): void {
    this.#drafts.arrived(stream, seq);
  }

  caughtUp(isKept: (stream: StreamId) => boolean): void {
    for (const [stream, drafts] of this.pending.snapshot()) {
      const accepted = drafts.flatMap(({ acked }) => acked?.seq ?? []);
      if (accepted.length > 0 && !isKept(stream)) this.#drafts.arrived(stream, seq(Math.max(...accepted)));
    }
  }

  incarnation(incarnation: Incarnation): void {
    this.#drafts.lives(incarnation);
  }

  connected(connected: boolean): void {
    if (connected === (this.#connection !== null) || this.#isClosed) return;
    this.#connection?.abort();
    this.#connection = connected ? new AbortController() : null;
    const signal = this.#connection?.signal;
    if (signal === undefined) return;
    this.#served = Promise.all([this.#served, this.#tryOn(() => this.#serve(signal))]).then(() => {});
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection?.abort();
    this.#unwatch();
    await this.#served;
    await this.#drafts.close();
    await this.#wishes.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #refusalOf(drafts: readonly Draft[]): NotKept | null {
    if (this.#isClosed) return notKept("Closed");
    if (countOf(this.pending.snapshot()) + drafts.length > this.#limits.pending) return notKept("TooMany");
    return drafts.some((draft) => bundleBytes([draft]) > this.#limits.bundleBytes) ? notKept("TooLarge") : null;
  }

  /** Offers and tells when it is this tab's turn, until the connection is lost: another tab may then have one. */
  async #serve(signal: AbortSignal): Promise<void> {
    await this.loaded;
    while (!signal.aborted) {
      try {
        await this.#options.store.exclusively(
          OUTBOX_LOCK,
          signal,
          (held) => this.#turn(AbortSignal.any([held, signal])),
        );
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error;
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { server, timing } = this.#options;
    await this.#drafts.read();
    await this.#wishes.read();
    await this.#drafts.forgetOutcomes({ before: timing.now() - OUTCOMES_MS });
    const turn = new Turn(signal);
    await this.#noteTurn(turn);
    await Promise.all([
      new Offering({ server, timing, turn, drafts: this.#drafts, tries: this.#tries, limits: this.#limits }).run(),
      new Telling({ server, timing, turn, wishes: this.#wishes, pending: this.pending }).run(),
    ]);
    if (!this.#tries.isAnyOnTheWay(timing.now())) await this.#forgetTurn();
  }

  /**
   * It is written down that there is a turn, before anything is offered: whoever is next learns so that a killed tab may have had something on its
   * way. Where the store has no room for it, drafts go out all the same: that makes room.
   */
  async #noteTurn(turn: Turn): Promise<void> {
    const { store, timing } = this.#options;
    // What lies under this key is such a record.
    const last = await store.get("meta", TURN_KEY) as TurnRecord | undefined;
    const now = timing.now();
    if (last !== undefined && last.begunAt !== this.#begunAt) {
      this.#tries.mayBeLost([...draftsOf(this.pending.snapshot())].map(({ draft }) => draft.id), now);
    }
    const note: Change = { type: "put", table: "meta", key: TURN_KEY, value: { begunAt: now } };
    await turn.write(() => store.write([IF_HELD, note]));
    this.#begunAt = now;
  }

  /** Where the store fails, or the lock was lost, the next turn is the more careful. */
  async #forgetTurn(): Promise<void> {
    const { store } = this.#options;
    try {
      await store.write([IF_HELD, { type: "delete", table: "meta", key: TURN_KEY }]);
    } catch (error) {
      if (!(error instanceof StoreFailed || error instanceof LockLost)) throw error;
    }
  }

  /** Takes up what other tabs have written. */
  async #read(tables: ReadonlySet<Table>): Promise<void> {
    if (tables.has("drafts") || tables.has("refused")) await this.#drafts.read();
    if (tables.has("wishes")) await this.#wishes.read();
  }

  /** Again and again while the store fails. */
  async #tryOn(work: () => Promise<void>): Promise<void> {
    const { timing, onBug } = this.#options;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreFailed)) return onBug(error);
      }
      await timing.wait(timing.retryDelayMs(attempt), this.#closing.signal);
    }
  }
}
