/** Holds back what comes on a connection until the server has said whose its token is (LIVE6). @module */
import type { FeedFrame } from "./feed.ts";

/** With more waiting, the feed is begun again instead. */
const MOST_FRAMES = 200;

export class FrameGate {
  /** Null while it is open. */
  #waiting: FeedFrame[] | null = [];
  #opened = Promise.withResolvers<void>();
  /** Some of what waits came on another connection than the one whose token is checked. */
  #isTorn = false;

  get isOpen(): boolean {
    return this.#waiting === null;
  }

  /** Resolves once it is open. */
  readonly opened = (): Promise<void> => this.#opened.promise;

  /** For another connection: what waits came with a token that nobody will have asked about. */
  shut(): void {
    if (this.#waiting !== null) {
      this.#isTorn ||= this.#waiting.length > 0;
      return;
    }
    this.#waiting = [];
    this.#opened = Promise.withResolvers();
  }

  /** Keeps a frame until it opens; false: it is open, or there are too many. */
  keep(frame: FeedFrame): boolean {
    return this.#waiting !== null && this.#waiting.push(frame) <= MOST_FRAMES;
  }

  /** What has waited, in its order; null: that was too much, or is not all of this connection. */
  open(): readonly FeedFrame[] | null {
    const waited = this.#waiting ?? [];
    const isWhole = waited.length <= MOST_FRAMES && !this.#isTorn;
    this.#waiting = null;
    this.#isTorn = false;
    this.#opened.resolve();
    return isWhole ? waited : null;
  }

  /** Nothing of what waits is wanted. */
  drop(): void {
    if (this.#waiting !== null) this.#waiting = [];
    this.#isTorn = false;
  }
}
