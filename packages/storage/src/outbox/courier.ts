/** Takes the effects that one shard's events have on another shard there, in order (SHARD3). @module */
import type { Draft, Outcome, Proposal, ShardNumber } from "@gatz/domain";
import { isAnswer } from "../shard/answers.ts";
import type { Delivered } from "./rows.ts";

export interface CourierOptions {
  readonly target: ShardNumber;
  /** The oldest that wait, in order. */
  readonly load: (limit: number) => Promise<readonly Draft[]>;
  readonly offer: (proposals: readonly Proposal[]) => Promise<readonly Outcome[]>;
  readonly record: (delivered: readonly Delivered[]) => Promise<void>;
  /** Milliseconds to wait before anything is delivered: for tests and drills. */
  readonly delayMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** What went wrong and is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

const BATCH = 100;
const BACK_OFF_MS = { first: 20, longest: 15_000 } as const;

/** At most one batch is under way, so the order holds; what got no answer is offered again, and counts once (ID1). */
export class Courier {
  readonly #options: CourierOptions;
  #isRunning = false;
  #isWanted = false;
  #isClosed = false;
  #failures = 0;
  #sleep: { timer: ReturnType<typeof setTimeout>; end: () => void } | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** There is, or may be, something to deliver. */
  wake(): void {
    this.#isWanted = true;
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeUp();
    await this.#done;
  }

  async #run(): Promise<void> {
    await this.#pause(this.#options.delayMs);
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false;
      try {
        if (await this.#deliver()) this.#isWanted = true;
      } catch (error) {
        this.#options.onTrouble(error);
        await this.#backOff();
      }
    }
    // In the same breath as the look at what is wanted, or a wake could be lost.
    this.#isRunning = false;
  }

  /** Whether there may be more. */
  async #deliver(): Promise<boolean> {
    const drafts = await this.#options.load(BATCH);
    if (drafts.length === 0) return false;
    const outcomes = await this.#options.offer(drafts.map((draft) => ({ ...draft, actor: "system" })));
    const delivered = drafts.flatMap((draft, i) => {
      const outcome = outcomes[i];
      return outcome && isAnswer(outcome) ? [{ draft, outcome }] : [];
    });
    if (delivered.length > 0) await this.#options.record(delivered);
    if (delivered.length === drafts.length) this.#failures = 0;
    else await this.#backOff();
    return delivered.length < drafts.length || drafts.length === BATCH;
  }

  async #backOff(): Promise<void> {
    this.#isWanted = true;
    const { first, longest } = BACK_OFF_MS;
    const ms = Math.min(first * 2 ** this.#failures++, longest);
    await this.#pause(ms * (0.5 + this.#options.random() / 2));
  }

  async #pause(ms: number): Promise<void> {
    if (ms === 0 || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sleep = { timer: setTimeout(resolve, ms), end: resolve };
    await promise;
    this.#sleep = undefined;
  }

  #wakeUp(): void {
    if (!this.#sleep) return;
    clearTimeout(this.#sleep.timer);
    this.#sleep.end();
  }
}
