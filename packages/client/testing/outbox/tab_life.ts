/** Whether a tab's program runs. @module */
export class TabLife {
  #state: "awake" | "frozen" | "over" = "awake";
  #waiting: (() => void)[] = [];

  get isAwake(): boolean {
    return this.#state === "awake";
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Comes back as soon as the program runs; never again, once it is over. */
  awake(): Promise<void> {
    if (this.isAwake) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  freeze(): void {
    if (this.isAwake) this.#state = "frozen";
  }

  wake(): void {
    if (this.isOver) return;
    this.#state = "awake";
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  end(): void {
    this.#state = "over";
    this.#waiting = [];
  }
}
