/** Runs jobs, at most so many at once, in the order in which they were asked for. */
export class Turns {
  #free: number;
  readonly #stop: AbortController;
  readonly #waiting: (() => void)[] = [];

  /** A job that fails aborts `stop`, and none begins after that. */
  constructor(atOnce: number, stop: AbortController) {
    this.#free = atOnce;
    this.#stop = stop;
  }

  /** Throws what a job threw, or what `stop` was aborted with before it could begin. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      this.#stop.signal.throwIfAborted();
      return await job();
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    } finally {
      // A turn is handed on, not given back, if somebody waits for it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** All results, when nothing runs any more; throws the first failure. */
  async all<T, R>(items: readonly T[], job: (item: T) => Promise<R>): Promise<R[]> {
    const settled = await Promise.allSettled(items.map((item) => this.run(() => job(item))));
    return settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  }
}
