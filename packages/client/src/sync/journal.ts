/** What is to be stored: gathered for a moment, then written together with the cursor that implies it. @module */
import type { Incarnation } from "@gatz/domain";
import { type Change, Overtaken, type Store, StoreFailed } from "../store/contract.ts";
import { putPlace } from "../store/meta.ts";
import type { PlaceRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import { claim, ifLife } from "./stored_life.ts";

/** At most so often: a frame may come every few milliseconds. */
const WRITE_MS = 100;
/** With more than this waiting the store is too slow for what happens: who can read it again later keeps it back. */
const MOST_WAITING = 2_000;
/** With more than this waiting the store is given up: what it holds then stays as it was, at an older cursor. */
const GIVEN_UP_AT = 20_000;

export interface JournalOptions {
  readonly store: Pick<Store, "get" | "write">;
  readonly timing: Timing;
  /** Whether the store refuses. */
  readonly onFailing: (fails: boolean) => void;
  /** The store is of another life by now: another tab has met that one, and nothing that was put is kept. */
  readonly onOvertaken: () => void;
  readonly onBug: (bug: unknown) => void;
  readonly signal: AbortSignal;
}

export class Journal {
  readonly #options: JournalOptions;
  #waiting: Change[] = [];
  /** Where in what waits the newest put of a key is, if no deletion came after it. */
  #puts = new Map<string, number>();
  #place: PlaceRecord | null = null;
  #afterwards: (() => void)[] = [];
  #writing: Promise<void> | null = null;
  /** Resolves when what is being written has been refused; it is tried again all the same. */
  #refused = Promise.withResolvers<void>();
  /** Aborted when somebody waits for what is written. */
  #hurry = new AbortController();
  #isGivenUp = false;
  /** Of which life what is put is; null: that is not known, and nothing is written. */
  #life: Incarnation | null = null;
  /** The store is of that life, as far as is known. */
  #isClaimed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Whether what can be read again later had better not be put now. */
  get isFull(): boolean {
    return this.#isGivenUp || this.#waiting.length > MOST_WAITING;
  }

  /** What is put from now on is of this life. `isStored`: what is in the store is so too; else that is seen to, and what was there of another one goes. */
  begin(life: Incarnation, { isStored = false }: { readonly isStored?: boolean } = {}): void {
    [this.#life, this.#isClaimed] = [life, isStored];
    if (!this.#isEmpty) this.#writeSoon();
  }

  put(changes: readonly Change[]): void {
    if (this.#isGivenUp) return;
    for (const change of changes) this.#add(change);
    if (this.#waiting.length > GIVEN_UP_AT) this.#giveUp();
    else if (changes.length > 0) this.#writeSoon();
  }

  /** All that a cursor implies has been put. */
  reached(place: PlaceRecord): void {
    if (this.#isGivenUp) return;
    this.#place = place;
    this.#writeSoon();
  }

  /** Calls back once all that has been put is stored; at once if it is, or if nothing is stored any more. */
  afterwards(act: () => void): void {
    if (this.#isGivenUp || this.#isIdle) act();
    else this.#afterwards.push(act);
  }

  /** Resolves once all that has been put is stored, or the store has refused some of it. */
  async flush(): Promise<void> {
    // What is being written now, and then what waits behind it.
    for (let round = 0; round < 2 && !this.#isIdle; round++) {
      this.#writeSoon();
      this.#hurry.abort();
      await Promise.race([this.#writing, this.#refused.promise]);
    }
  }

  /** Leaves out what has been put and is not written yet. */
  discard(): void {
    this.#take();
  }

  get #isIdle(): boolean {
    return this.#isEmpty && this.#writing === null;
  }

  get #isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#place === null && this.#afterwards.length === 0;
  }

  #add(change: Change): void {
    if (change.type !== "put") {
      // What is put later must not move in front of a deletion.
      this.#puts.clear();
      this.#waiting.push(change);
      return;
    }
    const key = `${change.table} ${change.key}`;
    const at = this.#puts.get(key);
    if (at === undefined) this.#puts.set(key, this.#waiting.push(change) - 1);
    else if (rankOf(change) >= rankOf(this.#waiting[at])) this.#waiting[at] = change;
  }

  #writeSoon(): void {
    if (this.#writing !== null || this.#life === null) return;
    const { timing, signal } = this.#options;
    this.#hurry = new AbortController();
    this.#refused = Promise.withResolvers();
    this.#writing = timing.wait(WRITE_MS, this.#hurry.signal)
      .then(() => this.#write())
      .catch((bug) => {
        // What is lost with it no later cursor may imply.
        this.#giveUp();
        this.#options.onBug(bug);
      })
      .finally(() => {
        this.#writing = null;
        if (!this.#isEmpty && !signal.aborted) this.#writeSoon();
      });
  }

  async #write(): Promise<void> {
    const { timing, signal, onFailing } = this.#options;
    const life = this.#life;
    // It has been found to be over meanwhile.
    if (life === null) return;
    const { changes, acts } = this.#take();
    for (let failures = 0; changes.length > 0; failures++) {
      const outcome = await this.#written(changes, life);
      if (outcome === "overtaken") return this.#overtaken(life);
      if (outcome === "written") break;
      // What is stored is whole, at an older cursor; this goes on being tried, and what comes waits behind it.
      onFailing(true);
      this.#refused.resolve();
      if (signal.aborted) return;
      // Where nothing is stored any more, nobody is to wait for it.
      if (this.#isGivenUp) break;
      await timing.wait(timing.retryDelayMs(failures), signal);
    }
    if (!this.#isGivenUp) onFailing(false);
    for (const act of acts) act();
  }

  async #written(changes: readonly Change[], life: Incarnation): Promise<"written" | "refused" | "overtaken"> {
    const { store } = this.#options;
    try {
      if (!this.#isClaimed && life === this.#life) {
        await claim(store, life);
        this.#isClaimed = life === this.#life;
      }
      await store.write([ifLife(life), ...changes]);
      return "written";
    } catch (error) {
      if (error instanceof StoreFailed) return "refused";
      if (error instanceof Overtaken) return "overtaken";
      throw error;
    }
  }

  /** Who waits for what was written waits for nothing: it is of a life that is over. */
  #overtaken(life: Incarnation): void {
    // This tab itself may have met another one meanwhile.
    if (life !== this.#life) return;
    this.#life = null;
    this.#options.onOvertaken();
  }

  #take() {
    const [place, acts] = [this.#place, this.#afterwards];
    const changes = place === null ? this.#waiting : [...this.#waiting, putPlace(place)];
    [this.#waiting, this.#place, this.#afterwards] = [[], null, []];
    this.#puts.clear();
    return { changes, acts };
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    const { acts } = this.#take();
    this.#options.onFailing(true);
    for (const act of acts) act();
  }
}

/** The store's own rule: what has a lower rank does not replace. */
function rankOf(change: Change | undefined): number {
  return change?.type === "put" ? change.rank ?? -Infinity : -Infinity;
}
