/** Runs jobs, at most so many at once, in the order in which they were asked for. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      // A turn is handed on, not given back, if somebody waits for it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** All results; the first failure keeps jobs that have not begun from beginning. */
  async all<T, R>(items: readonly T[], job: (item: T) => Promise<R>): Promise<R[]> {
    let failed = false;
    return await Promise.all(items.map((item) =>
      this.run(async () => {
        if (failed) throw new Error("not begun: another one failed before");
        try {
          return await job(item);
        } catch (error) {
          failed = true;
          throw error;
        }
      })
    ));
  }
}
