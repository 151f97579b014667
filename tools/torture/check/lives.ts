/** The incarnations of a run, in order (LOG9). @module */
import type { RecordOf } from "../history/record.ts";

export interface Life {
  readonly incarnation: string;
  /** All that was acked before is kept; Infinity for the last one. */
  readonly kept: number;
}

/** A promotion is noted before anything serves again: an ack of the life before can only be on its way by then. */
const ON_ITS_WAY_MS = 1_000;

export class Lives {
  readonly #lives: Life[] = [];
  readonly #losses: readonly { readonly from: number; readonly to: number }[];

  /** @param last the incarnation that the final log is of */
  constructor(last: string, promotions: readonly RecordOf<"promoted">[], first: string) {
    this.#losses = promotions.map(({ kept, t }) => ({ from: kept, to: t + ON_ITS_WAY_MS }));
    let incarnation = first;
    for (const promotion of promotions) {
      this.#lives.push({ incarnation, kept: promotion.kept });
      incarnation = promotion.incarnation;
    }
    this.#lives.push({ incarnation: last, kept: Infinity });
  }

  /** Whether something that was seen in a life, at some time, must be in the final log. */
  keeps(incarnation: string, t: number): boolean {
    const index = this.#lives.findIndex((life) => life.incarnation === incarnation);
    // A life that is none of the run's: nothing that it says can be trusted to be gone.
    if (index < 0) return true;
    return this.#lives.slice(index).every(({ kept }, i) => i > 0 || t < kept);
  }

  /** Whether an ack that came at some time may be of what was then lost, whatever life it was of. */
  mayBeLost(t: number): boolean {
    return this.#losses.some(({ from, to }) => from <= t && t <= to);
  }

  /** Whether something that was acked after some time, nobody knows when, may have been lost. */
  hasLossAfter(t: number): boolean {
    return this.#losses.some(({ to }) => t <= to);
  }

  knows(incarnation: string): boolean {
    return this.#lives.some((life) => life.incarnation === incarnation);
  }
}
