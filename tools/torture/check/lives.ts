/** The incarnations of a run, in order (LOG9). @module */
import type { RecordOf } from "../history/record.ts";

export interface Life {
  readonly incarnation: string;
  /** All that was acked before is kept; Infinity for the last one. */
  readonly kept: number;
}

export class Lives {
  readonly #lives: Life[] = [];

  /** @param last the incarnation that the final log is of */
  constructor(last: string, promotions: readonly RecordOf<"promoted">[], first: string) {
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

  knows(incarnation: string): boolean {
    return this.#lives.some((life) => life.incarnation === incarnation);
  }
}
