import { before, type Deadline } from "./deadline.ts";
import { tooManyWait } from "./errors.ts";

/** Lets so many in at a time; so many others wait in order, up to their deadline. */
export class Semaphore {
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #free: number;

  readonly #maxWaiting: number;

  constructor({ places, waiting }: { places: number; waiting: number }) {
    this.#free = places;
    this.#maxWaiting = waiting;
  }

  /** Throws `DeadlinePassed` if no place gets free in time, `ServerUnreachable` if too many wait already. */
  async run<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
    await this.#enter(deadline);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(deadline: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting) throw tooManyWait();
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    try {
      await before(deadline, turn.promise);
    } catch (error) {
      const place = this.#waiting.indexOf(turn);
      if (place >= 0) this.#waiting.splice(place, 1);
      else this.#leave(); // its turn came in the same moment
      throw error;
    }
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.resolve();
    else this.#free++;
  }
}
