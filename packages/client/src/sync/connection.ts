/** Which server a socket is opened to, and when: several addresses, full jitter, at once when the network is back. @module */
import { backOff, type Timing } from "../timing.ts";
import { framesOf } from "./frames.ts";

/** In milliseconds. */
export interface ConnectionPace {
  /** After the first failure a new attempt comes within this time, after each further one within twice the time before. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** A socket that is not open by then counts as failed. */
  readonly openMs: number;
  /** The other end may take so long to agree that it is closed. */
  readonly closeMs: number;
  /** Silence after which the server is asked whether it is there, and how long it may take to say so. */
  readonly keepAliveMs: number;
  readonly pongMs: number;
}

// A server that restarts is reached again within a second. It drops a socket that does not answer its pings; keeping alive is the other
// direction (a dead link is found within 27 s).
export const DEFAULT_PACE: ConnectionPace = {
  firstRetryMs: 200,
  lastRetryMs: 8_000,
  openMs: 10_000,
  closeMs: 2_000,
  keepAliveMs: 20_000,
  pongMs: 5_000,
};

export interface AddressesOptions {
  /** At least one. */
  readonly urls: readonly string[];
  readonly pace: Pick<ConnectionPace, "firstRetryMs" | "lastRetryMs">;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly timing: Pick<Timing, "now" | "wait">;
}

/** A connection that was lost sooner was none: whoever took it did not want it. */
const STEADY_MS = 5_000;

/** Stays with the address that answers; after a failure the next one is tried, and after all of them the waiting grows. */
export class Addresses {
  readonly #options: AddressesOptions;
  #current = 0;
  /** In a row. */
  #failures = 0;
  #isFirst = true;
  /** What the newest attempt has come to; `over`: it is known how it ended. */
  #attempt: "trying" | "open" | "over" = "over";
  #openedAt = 0;
  #isClosed = false;
  #waiting: AbortController | undefined;

  constructor(options: AddressesOptions) {
    this.#options = options;
  }

  /** The address for the next attempt, when it is time for it. Many others may have lost the same server: all but the very first wait. */
  async next(): Promise<string> {
    const { urls, pace, random, timing } = this.#options;
    if (this.#attempt === "trying") this.failed();
    if (!this.#isFirst && !this.#isClosed) {
      const round = Math.max(0, Math.floor((this.#failures - 1) / urls.length));
      const delayMs = backOff(round, { firstMs: pace.firstRetryMs, lastMs: pace.lastRetryMs, random });
      this.#waiting = new AbortController();
      await timing.wait(delayMs, this.#waiting.signal);
      this.#waiting = undefined;
    }
    this.#isFirst = false;
    this.#attempt = "trying";
    return this.present;
  }

  /** The address that is in use, for calls that have no socket. */
  get present(): string {
    const url = this.#options.urls[this.#current];
    if (url === undefined) throw new RangeError("a client needs the address of a server");
    return url;
  }

  /** The socket is open, and there is a token to show. */
  opened(): void {
    this.#attempt = "open";
    this.#openedAt = this.#options.timing.now();
  }

  /** There is no answer at this address. */
  failed(): void {
    this.#attempt = "over";
    this.#failures++;
    this.#current = (this.#current + 1) % this.#options.urls.length;
  }

  /** A socket is closed, also one that never was open. Some platforms say so once more, and late. */
  lost(): void {
    if (this.#attempt !== "over" && !this.#isSteady) return this.failed();
    this.left();
  }

  /** The socket is to be closed for another one: that is no failure. */
  left(): void {
    if (this.#isSteady) this.#failures = 0;
    this.#attempt = "over";
  }

  get #isSteady(): boolean {
    return this.#attempt === "open" && this.#options.timing.now() - this.#openedAt >= STEADY_MS;
  }

  /** The network is back, or there is another token: there is nothing to wait for. */
  hurry(): void {
    this.#failures = 0;
    this.#waiting?.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting?.abort();
  }
}

/**
 * A WebSocket that gives up when it is not open, or not closed, in time: by itself it waits for a black hole as long as the system does,
 * also to say goodbye to it. One that has failed is closed, also where the platform does not say so (Node 22).
 */
export function boundedWebSocket({ openMs, closeMs }: Pick<ConnectionPace, "openMs" | "closeMs">): typeof WebSocket {
  return class extends WebSocket {
    #timer: ReturnType<typeof setTimeout> | undefined;
    #isClosed = false;
    /** It has been said that it is closed, whatever is still to come. */
    #isGivenUp = false;

    constructor(...how: ConstructorParameters<typeof WebSocket>) {
      super(...how);
      this.#timer = setTimeout(() => this.close(), openMs);
      this.addEventListener("open", () => clearTimeout(this.#timer));
      this.addEventListener("close", () => {
        this.#isClosed = true;
        clearTimeout(this.#timer);
      });
      this.addEventListener("error", () => setTimeout(() => this.#giveUp()));
      for (const type of ["message", "error", "close"] as const) {
        this.addEventListener(type, (event) => {
          if (this.#isGivenUp && event !== this.#goodbye) event.stopImmediatePropagation();
        });
      }
    }

    /** Not every platform has a CloseEvent to make. */
    readonly #goodbye = Object.assign(new Event("close"), { code: 1006, reason: "", wasClean: false });

    override send(data: Parameters<WebSocket["send"]>[0]): void {
      for (const frame of typeof data === "string" ? framesOf(data) : [data]) super.send(frame);
    }

    override close(...how: Parameters<WebSocket["close"]>): void {
      super.close(...how);
      clearTimeout(this.#timer);
      if (this.#isClosed || this.readyState === this.CLOSED) return;
      this.#timer = setTimeout(() => this.#giveUp(), closeMs);
    }

    #giveUp(): void {
      if (this.#isGivenUp || this.#isClosed) return;
      this.#isGivenUp = true;
      this.dispatchEvent(this.#goodbye);
    }
  };
}

/** Calls back whenever the platform says that the network is there again; returns what ends that. Node and Deno never say so. */
export function whenOnline(back: () => void): () => void {
  globalThis.addEventListener?.("online", back);
  return () => globalThis.removeEventListener?.("online", back);
}
