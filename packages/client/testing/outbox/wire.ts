/** One tab's way to its server: it takes its time, and loses questions and answers. @module */
import type { Chance } from "@gatz/testing/chance.ts";
import { CUT, type Trouble } from "../../src/trouble.ts";
import type { Clock } from "./clock.ts";
import type { TabLife } from "./tab_life.ts";

/** How often what is lost; from 0 to 1. */
export interface Losses {
  /** A question, before the server has it. */
  readonly before: number;
  /** An answer. */
  readonly after: number;
}

interface WireParts {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly life: TabLife;
  readonly losses: () => Losses;
}

export class Wire {
  lost = 0;
  readonly #parts: WireParts;
  /** What has not reached the server, and what loses it. */
  readonly #underWay = new Map<() => void, () => void>();

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  /** `take`: what the server does as the question reaches it, and answers after so many milliseconds. */
  ask<T extends object>(take: () => T, { afterMs = 0 } = {}): Promise<T | Trouble> {
    const { clock, chance, life, losses } = this.#parts;
    return new Promise((resolve) => {
      if (life.isOver) return;
      const answer = (given: T | Trouble, ms: number) =>
        clock.after(ms + chance.between(0, 20), () => void life.awake().then(() => resolve(given)));
      const lose = () => {
        this.lost++;
        answer(CUT, chance.between(0, 100));
      };
      const reach = () => {
        if (!this.#underWay.delete(reach)) return;
        if (chance.happens(losses().before)) return lose();
        const given = take();
        return chance.happens(losses().after) ? lose() : answer(given, afterMs);
      };
      this.#underWay.set(reach, lose);
      clock.after(chance.between(0, 20), reach);
    });
  }

  /** Its connection ends: what was under way has arrived now, or never does. */
  cut(): void {
    for (const [reach, lose] of [...this.#underWay]) {
      if (this.#parts.chance.happens(0.5)) reach();
      else if (this.#underWay.delete(reach)) lose();
    }
  }
}
