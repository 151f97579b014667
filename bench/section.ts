import { type History, makeHistory } from "./history/history.ts";
import type { Row } from "./row.ts";

/** How much is measured. */
export interface Plan {
  /** Of each measurement; the figures are their medians. */
  readonly repetitions: number;
  /** Of one load. */
  readonly seconds: number;
  /** Events of a room of the engine's fan-out. */
  readonly events: number;
  /** How often the sample chat is played, for its size on disk. */
  readonly replays: number;
  /** How often the big log is restored. */
  readonly restores: number;
  /** Events of the big log. */
  readonly history: number;
}

export const FULL: Plan = { repetitions: 3, seconds: 8, events: 4_000, replays: 12, restores: 1, history: 1_000_000 };
/** All of it in five minutes; its rows are called after the smaller log. */
export const QUICK: Plan = { repetitions: 1, seconds: 3, events: 1_000, replays: 2, restores: 1, history: 250_000 };

/** Figures that are measured together. */
export interface Section {
  readonly name: string;
  readonly about: string;
  measure(run: Run): Promise<Row[]>;
}

/** What the sections of one run share. */
export class Run implements AsyncDisposable {
  readonly plan: Plan;
  #history: Promise<History> | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** The big log, made when it is first asked for. */
  history(): Promise<History> {
    return this.#history ??= makeHistory(this.plan.history);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [made] = await Promise.allSettled([this.#history]);
    if (made.status === "fulfilled") await made.value?.[Symbol.asyncDispose]();
  }
}
