/** What a stopping server waits for, and from when on it takes nothing new. @module */

export class Drain {
  #draining = false;
  #running = 0;
  #idle = Promise.withResolvers<void>();

  get draining(): boolean {
    return this.#draining;
  }

  /** Work that is let finish. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0 && this.#draining) this.#idle.resolve();
    }
  }

  begin(): void {
    this.#draining = true;
    if (this.#running === 0) this.#idle.resolve();
  }

  /** After {@link begin}: resolves once nothing runs any more, or after some milliseconds; says which. */
  async finished(mostMs: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => timer = setTimeout(resolve, mostMs, false));
    try {
      return await Promise.race([this.#idle.promise.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
