/** Which server a socket is opened to, and when: several addresses, full jitter, at once when the network is back. @module */
import { backOff } from "../timing.ts";

/** In milliseconds. */
export interface ConnectionPace {
  /** After the first failure a new attempt comes within this time, after each further one within twice the time before. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** A socket that is not open by then counts as failed. */
  readonly openMs: number;
  /** Silence after which the server is asked whether it is there, and how long it may take to say so. */
  readonly keepAliveMs: number;
  readonly pongMs: number;
}

// A server that restarts is reached again within a second. It drops a socket that does not answer its pings; keeping alive is the other
// direction (a dead link is found within 25 s).
export const DEFAULT_PACE: ConnectionPace = {
  firstRetryMs: 200,
  lastRetryMs: 8_000,
  openMs: 10_000,
  keepAliveMs: 20_000,
  pongMs: 5_000,
};

export interface AddressesOptions {
  /** At least one. */
  readonly urls: readonly string[];
  readonly pace: Pick<ConnectionPace, "firstRetryMs" | "lastRetryMs">;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Comes back after so many milliseconds, or as soon as the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Stays with the address that answers; after a failure the next one is tried, and after all of them the waiting grows. */
export class Addresses {
  readonly #options: AddressesOptions;
  #current = 0;
  /** In a row. */
  #failures = 0;
  /** The attempt that is not known to have failed. */
  #isTrying = false;
  #isClosed = false;
  #waiting: AbortController | undefined;

  constructor(options: AddressesOptions) {
    this.#options = options;
  }

  /** The address for the next attempt, when it is time for it. */
  async next(): Promise<string> {
    const { urls, pace, random, wait } = this.#options;
    if (this.#isTrying) this.failed();
    if (this.#failures > 0 && !this.#isClosed) {
      const round = Math.floor((this.#failures - 1) / urls.length);
      this.#waiting = new AbortController();
      await wait(
        backOff(round, { firstMs: pace.firstRetryMs, lastMs: pace.lastRetryMs, random }),
        this.#waiting.signal,
      );
      this.#waiting = undefined;
    }
    this.#isTrying = true;
    return this.present;
  }

  /** The address that is in use, for calls that have no socket. */
  get present(): string {
    const url = this.#options.urls[this.#current];
    if (url === undefined) throw new RangeError("a client needs the address of a server");
    return url;
  }

  /** The socket is open. */
  opened(): void {
    this.#isTrying = false;
    this.#failures = 0;
  }

  /** There is no answer at this address. */
  failed(): void {
    this.#failures++;
    this.#current = (this.#current + 1) % this.#options.urls.length;
  }

  /** A socket that was open is not any more: many others may have lost the same server, so the next attempt waits too. */
  lost(): void {
    this.#failures = Math.max(this.#failures, 1);
  }

  /** The network is back: there is nothing to wait for. */
  hurry(): void {
    this.#failures = Math.min(this.#failures, 1);
    this.#waiting?.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting?.abort();
  }
}

/** A WebSocket that gives up if it is not open in time: by itself it waits for a black hole as long as the system does. */
export function boundedWebSocket(openMs: number): typeof WebSocket {
  return class extends WebSocket {
    constructor(...how: ConstructorParameters<typeof WebSocket>) {
      super(...how);
      const timer = setTimeout(() => this.close(), openMs);
      const settled = () => clearTimeout(timer);
      this.addEventListener("open", settled);
      this.addEventListener("error", settled);
      this.addEventListener("close", settled);
    }
  };
}

/** Calls back whenever the platform says that the network is there again; returns what ends that. Node and Deno never say so. */
export function whenOnline(back: () => void): () => void {
  globalThis.addEventListener?.("online", back);
  return () => globalThis.removeEventListener?.("online", back);
}
