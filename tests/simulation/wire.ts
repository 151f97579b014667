/** One connection between a client and a node: each way in order, until it is cut; and a socket that takes only so much. */
import type { Connection } from "../../apps/server/src/ws/connection.ts";
import type { Chance } from "./chance.ts";
import type { VirtualTime } from "./virtual_time.ts";

export interface WireOptions {
  readonly time: VirtualTime;
  readonly chance: Chance;
  /** How many frames may wait in the socket before the node is to send no more. */
  readonly room: number;
}

export class Wire implements Connection {
  readonly #options: WireOptions;
  readonly #closed = new AbortController();
  #up: Promise<void> = Promise.resolve();
  #down: Promise<void> = Promise.resolve();
  #waiting = 0;
  #roomAgain = Promise.withResolvers<void>();
  #flowing: PromiseWithResolvers<void> | null = null;
  /** What a message takes, about. */
  #ms: number;

  constructor(options: WireOptions) {
    this.#options = options;
    this.#ms = options.chance.of([1, 5, 30]);
  }

  /** Aborted at both ends at once, when it is cut. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get isOpen(): boolean {
    return !this.#closed.signal.aborted;
  }

  toNode(deliver: () => void): void {
    this.#up = this.#carried(this.#up, deliver);
  }

  toClient(deliver: () => void): void {
    this.#waiting++;
    this.#down = this.#carried(this.#down.then(() => this.#flowing?.promise), () => {
      this.#waiting--;
      this.#roomAgain.resolve();
      this.#roomAgain = Promise.withResolvers();
      deliver();
    });
  }

  room(): Promise<void> | null {
    return this.#waiting < this.#options.room || !this.isOpen ? null : this.#untilRoom();
  }

  /** The client reads nothing more until {@link flow}. */
  stall(): void {
    this.#flowing ??= Promise.withResolvers();
  }

  flow(): void {
    this.#flowing?.resolve();
    this.#flowing = null;
  }

  cut(): void {
    this.#closed.abort();
    this.#roomAgain.resolve();
    this.flow();
  }

  async #untilRoom(): Promise<void> {
    while (this.#waiting >= this.#options.room && this.isOpen) await this.#roomAgain.promise;
  }

  async #carried(before: Promise<void>, deliver: () => void): Promise<void> {
    const { time, chance } = this.#options;
    await Promise.all([before, time.sleep(this.#ms * chance.between(0.2, 2))]);
    if (this.isOpen) deliver();
  }
}
