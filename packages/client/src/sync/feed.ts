/** The one inbox subscription, through all its troubles: begun again from where it got to, for as long as the client is open. @module */
import type { FeedItem } from "@gatz/domain";
import type { Server } from "../server/contract.ts";
import { backOff, type Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

/** Who the server does not take is tried again now and then: the app's token may be another one by then. */
const REJECTED = { firstMs: 5_000, lastMs: 60_000, random: () => 1 };

export interface FeedFrame {
  readonly cursor: string;
  readonly items: readonly FeedItem[];
}

export interface InboxFeedOptions {
  readonly follow: Server["follow"];
  /** Takes a frame whole, at once. */
  readonly onFrame: (frame: FeedFrame) => void;
  readonly onConnected: (connected: boolean) => void;
  /** The server does not take who this is; why, for people. It is tried again by itself, and by {@link InboxFeed.retry}. */
  readonly onRejected: (reason: string) => void;
  /** The server makes nothing of the cursor. Called after a while, a longer one each time in a row: it may make nothing of any. */
  readonly onCursorRefused: () => void;
  /** Told of what these throw: it keeps the feed from nothing. */
  readonly onBug: (bug: unknown) => void;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

export class InboxFeed {
  readonly #options: InboxFeedOptions;
  #running: { unsubscribe(): void } | null = null;
  /** The number of the feed that is listened to: earlier ones have no say any more. */
  #current = 0;
  #cursor: string | null = null;
  /** In a row. */
  #failures = 0;
  #refusals = 0;
  #patience = new AbortController();

  constructor(options: InboxFeedOptions) {
    this.#options = options;
  }

  /** Begins, or begins again somewhere else. Null: at the present. */
  begin(cursor: string | null): void {
    this.#cursor = cursor;
    this.#begin();
  }

  /** Does not wait any longer to try again. */
  retry(): void {
    this.#patience.abort();
    this.#patience = new AbortController();
  }

  /** This is not to be followed: as if the server had said so. Tried again from the cursor. */
  reject(reason: string | null, cursor: string | null): void {
    this.#cursor = cursor;
    void this.#ended({ kind: "trouble", again: false, problem: reason, retryAfterMs: 0 });
  }

  /** What was taken is no ground to go on from: as if the server made nothing of the cursor. */
  beginAnew(): void {
    this.#anew(0).catch(this.#options.onBug);
  }

  stop(): void {
    this.#current++;
    this.#running?.unsubscribe();
    this.#running = null;
  }

  #begin(): void {
    this.stop();
    const feed = this.#current;
    const isCurrent = () => feed === this.#current;
    const running = this.#options.follow(this.#cursor, {
      frame: (frame) => {
        if (isCurrent()) this.#take(frame);
      },
      connected: (connected) => {
        if (isCurrent()) this.#connected(connected);
      },
      ended: (trouble) => {
        if (isCurrent()) void this.#ended(trouble);
      },
    });
    // It may have ended before it was returned.
    if (isCurrent()) this.#running = running;
    else running.unsubscribe();
  }

  #take(frame: FeedFrame): void {
    this.#failures = 0;
    if (this.#cursor !== null) {
      this.#cursor = frame.cursor;
      this.#refusals = 0;
    }
    this.#safely(() => this.#options.onFrame(frame));
  }

  #connected(connected: boolean): void {
    this.#safely(() => this.#options.onConnected(connected));
  }

  async #ended(trouble: Trouble): Promise<void> {
    if (trouble.code === "Malformed" && this.#cursor !== null) return await this.#anew(trouble.retryAfterMs);
    this.stop();
    const isRejected = !trouble.again;
    const reason = trouble.problem ?? "the server takes no feed of this client";
    if (isRejected) this.#safely(() => this.#options.onRejected(reason));
    else this.#connected(false);
    const failure = this.#failures++;
    const delayMs = isRejected ? backOff(failure, REJECTED) : this.#options.timing.retryDelayMs(failure);
    if (await this.#isWaitedFor(Math.max(trouble.retryAfterMs, delayMs))) this.#begin();
  }

  async #anew(leastMs: number): Promise<void> {
    this.stop();
    const delayMs = this.#options.timing.retryDelayMs(this.#refusals++);
    if (await this.#isWaitedFor(Math.max(leastMs, delayMs))) this.#safely(this.#options.onCursorRefused);
  }

  /** False: something else has been begun meanwhile, or the client is closed. */
  async #isWaitedFor(ms: number): Promise<boolean> {
    const { timing, signal } = this.#options;
    const current = this.#current;
    await timing.wait(ms, AbortSignal.any([signal, this.#patience.signal]));
    return current === this.#current && !signal.aborted;
  }

  #safely(act: () => void): void {
    try {
      act();
    } catch (bug) {
      this.#options.onBug(bug);
    }
  }
}
