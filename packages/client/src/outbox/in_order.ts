/** One thing after another. @module */

/** Runs works one at a time, in the order in which they were given. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    // Who gave the work is told how it ended; the next one begins in any case.
    this.#last = done.catch(() => {});
    return done;
  }

  /** All that was given has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
