/** Time that passes when a test says so. @module */
import { setImmediate } from "node:timers/promises";
import { backOff, type Timing } from "../src/timing.ts";

/** Enough for what is asked of a scripted part to be answered and to be asked on. */
const TURNS = 12;

export class VirtualTime implements Timing {
  #now = 1_000_000;
  readonly #waiting = new Set<{ readonly until: number; readonly done: () => void }>();

  readonly now = (): number => this.#now;

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const waiting = { until: this.#now + ms, done };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", done);
    });

  /** As long as it may be. */
  readonly retryDelayMs = (attempt: number): number =>
    backOff(attempt, { firstMs: 500, lastMs: 8_000, random: () => 1 });

  /** All that happens by itself has happened. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  }

  /** Lets so much time pass, and all happen that it brings, in its order. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = next.until;
      next.done();
      await this.settle();
    }
    this.#now = until;
  }

  #next(until: number) {
    const due = [...this.#waiting].filter((waiting) => waiting.until <= until);
    return due.sort((a, b) => a.until - b.until)[0];
  }
}
