/** Counts what arrives on many sockets, and reports it to the sender's {@link Window}. */
export class Arrivals {
  count = 0;
  #firstAt = 0;
  #lastAt = 0;
  readonly #control: WebSocket;
  readonly #done = Promise.withResolvers<void>();
  readonly #reporting: ReturnType<typeof setInterval>;

  private constructor(control: WebSocket, readonly expected: number) {
    this.#control = control;
    this.#reporting = setInterval(() => this.#report(), REPORT_MS);
  }

  static async connect(controlUrl: string, expected: number): Promise<Arrivals> {
    const control = new WebSocket(controlUrl);
    await new Promise((resolve) => control.addEventListener("open", resolve, { once: true }));
    return new Arrivals(control, expected);
  }

  go(): void {
    this.#firstAt = performance.now();
    this.#control.send("go");
  }

  /** Notes `events` more deliveries. */
  add(events: number): void {
    this.count += events;
    if (this.count < this.expected) return;
    this.#lastAt = performance.now();
    this.#done.resolve();
  }

  /** Deliveries a second, once all have arrived. */
  async perSecond(): Promise<number> {
    await this.#done.promise;
    clearInterval(this.#reporting);
    this.#control.close();
    return this.expected / ((this.#lastAt - this.#firstAt) / 1_000);
  }

  #report(): void {
    this.#control.send(String(this.count));
  }
}

const REPORT_MS = 2;
