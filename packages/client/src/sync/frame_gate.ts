/** Holds back what comes on a connection until the server has said whose its token is (LIVE6). @module */
import type { FeedFrame } from "./feed.ts";

/** With more waiting, the feed is begun again instead. */
const MOST_FRAMES = 200;

export class FrameGate {
  /** Null while it is open. */
  #waiting: FeedFrame[] | null = [];
  #opened = Promise.withResolvers<void>();

  get isOpen(): boolean {
    return this.#waiting === null;
  }

  /** Resolves once it is open. */
  readonly opened = (): Promise<void> => this.#opened.promise;

  shut(): void {
    if (this.#waiting !== null) return;
    this.#waiting = [];
    this.#opened = Promise.withResolvers();
  }

  /** Keeps a frame until it opens; false: it is open, or there are too many. */
  keep(frame: FeedFrame): boolean {
    return this.#waiting !== null && this.#waiting.push(frame) <= MOST_FRAMES;
  }

  /** What has waited, in its order; null: that was too much. */
  open(): readonly FeedFrame[] | null {
    const waited = this.#waiting ?? [];
    this.#waiting = null;
    this.#opened.resolve();
    return waited.length > MOST_FRAMES ? null : waited;
  }

  /** Nothing of what waits is wanted. */
  drop(): void {
    if (this.#waiting !== null) this.#waiting = [];
  }
}
