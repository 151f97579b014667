/** A feed that goes on through its troubles: it is begun again from where it got to, until asking is of no use. @module */
import type { FeedItem, Seq } from "@gatz/domain";
import type { DiscussionSource } from "./discussion_source.ts";
import type { Timing } from "./timing.ts";
import { CUT, type Trouble } from "./trouble.ts";

export interface LastingFeedOptions {
  readonly follow: DiscussionSource["follow"];
  /** The first seq that is not held: what a feed begins with. */
  readonly next: () => Seq;
  /** Takes one item, with what it may have to read for it; says what kept it from that. */
  readonly take: (item: FeedItem) => Promise<Trouble | void>;
  /** A frame has been taken whole. */
  readonly onTaken: () => void;
  readonly onConnected: (connected: boolean) => void;
  /** The feed was lost; another one follows if the trouble says so. */
  readonly onLost: (trouble: Trouble) => void;
  readonly timing: Pick<Timing, "retryDelayMs"> & { readonly wait: (ms: number) => Promise<void> };
}

export class LastingFeed {
  readonly #options: LastingFeedOptions;
  #running: { unsubscribe(): void } = { unsubscribe() {} };
  /** The number of the feed that is listened to: earlier ones have no say any more. */
  #current = 0;
  /** In a row. */
  #failures = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: LastingFeedOptions) {
    this.#options = options;
    this.#begin();
  }

  /** Begins at once with another feed; what still comes of this one is left out. */
  restart(): void {
    const before = this.#running;
    this.#begin();
    before.unsubscribe();
  }

  close(): void {
    this.#current++;
    this.#running.unsubscribe();
  }

  #begin(): void {
    const feed = ++this.#current;
    this.#running = this.#options.follow(this.#options.next(), {
      items: (items) => this.#enqueue(feed, items),
      connected: (connected) => {
        if (feed === this.#current) this.#options.onConnected(connected);
      },
      ended: (trouble) => this.#lost(feed, trouble),
    });
  }

  /** Frames are taken one after the other, because one may wait for a page of the log. */
  #enqueue(feed: number, items: readonly FeedItem[]): void {
    this.#work = this.#work
      .then(() => this.#takeAll(feed, items))
      .catch((bug) => this.#lost(feed, { ...CUT, again: false, problem: String(bug) }));
  }

  async #takeAll(feed: number, items: readonly FeedItem[]): Promise<void> {
    for (const item of items) {
      if (feed !== this.#current) return;
      const trouble = await this.#options.take(item);
      // The feed's own cursor is past this frame: only a new one from what is held brings the rest of it (LIVE3).
      if (trouble) return this.#lost(feed, trouble);
    }
    this.#failures = 0;
    this.#options.onTaken();
  }

  #lost(feed: number, trouble: Trouble): void {
    if (feed !== this.#current) return;
    const lost = ++this.#current;
    this.#running.unsubscribe();
    this.#options.onLost(trouble);
    if (trouble.again) void this.#beginAfter(lost, trouble.retryAfterMs);
  }

  async #beginAfter(lost: number, retryAfterMs: number): Promise<void> {
    const { retryDelayMs, wait } = this.#options.timing;
    await wait(Math.max(retryAfterMs, retryDelayMs(this.#failures++)));
    if (lost === this.#current) this.#begin();
  }
}
