/** The time in which one tab offers and tells for all that share a store. @module */
import { LockLost, StoreFailed } from "../store/contract.ts";

export class Turn {
  /** Aborts when nothing is to be asked any more, and no answer heard. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #writes = new Set<Promise<unknown>>();
  #bug: { readonly error: unknown } | null = null;

  /** It ends with this signal at the latest. */
  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#end.signal]);
  }

  /** Work that goes on by itself. It is not to throw: that would be a bug, and ends the turn. */
  async start(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#bug ??= { error };
      this.#end.abort();
    }
  }

  /** Whether it is written down. Who has lost the lock has no more say: it is for somebody else to ask, and to write what is answered. */
  async write(work: () => Promise<unknown>): Promise<boolean> {
    if (this.signal.aborted) return false;
    const writing = work();
    this.#writes.add(writing);
    try {
      await writing;
      return true;
    } catch (error) {
      if (error instanceof LockLost) this.#end.abort();
      else if (!(error instanceof StoreFailed)) throw error;
      return false;
    } finally {
      this.#writes.delete(writing);
    }
  }

  /** Comes back when it has ended, with all that it was writing; throws what {@link start} met. */
  async ended(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.signal.aborted) resolve();
      else this.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.allSettled(this.#writes);
    if (this.#bug !== null) throw this.#bug.error;
  }
}
