/** Time of a history: a number, and what is to happen at which. @module */
import { setImmediate } from "node:timers/promises";
import type { Chance } from "@gatz/testing/chance.ts";
import type { Timing } from "../../src/timing.ts";
import type { TabLife } from "./tab_life.ts";

interface Due {
  readonly at: number;
  readonly run: () => void;
}

export class Clock implements Timing {
  readonly #chance: Chance;
  #now = 1_700_000_000_000;
  /** Latest first. */
  #due: Due[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  readonly now = (): number => this.#now;
  readonly retryDelayMs = (attempt: number): number => this.#chance.between(0, Math.min(2_000, 100 * 2 ** attempt));

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
      this.after(ms, resolve);
    });

  /** As one tab's program has it. */
  of(life: TabLife): Timing {
    const wait: Timing["wait"] = async (ms, signal) => {
      await this.wait(ms, signal);
      await life.awake();
    };
    return { now: this.now, wait, retryDelayMs: this.retryDelayMs };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  after(ms: number, run: () => void): void {
    const at = this.#now + Math.max(0, ms);
    let place = this.#due.length;
    // Of two for one moment the first asked for comes first.
    while (place > 0 && this.#due[place - 1]!.at <= at) place--;
    this.#due.splice(place, 0, { at, run });
  }

  /** Lets time pass until this holds; false if it does not within so many milliseconds. */
  async until(holds: () => boolean, { withinMs }: { readonly withinMs: number }): Promise<boolean> {
    const end = this.#now + withinMs;
    for (;;) {
      // All promises that were settled have been taken up.
      await setImmediate();
      if (holds()) return true;
      const next = this.#due.at(-1);
      if (next === undefined || next.at > end) {
        this.#now = end;
        return false;
      }
      this.#due.pop();
      this.#now = next.at;
      next.run();
    }
  }
}
