/** One at a time under a name, among all who share a store. @module */
import { StoreFailed } from "./contract.ts";

export interface Lock {
  /** Aborts if somebody else may have it now. */
  readonly lost: AbortSignal;
  /** Gives it up; more than once is as good as once. */
  release(): void;
}

export interface Locks {
  /** Waits for it until the signal aborts, and then rejects with its reason. */
  take(name: string, signal: AbortSignal): Promise<Lock>;
}

/** What a store's `exclusively` does. `closing` gives the lock up, and whoever still waits. */
export async function exclusively<T>(
  { locks, name, signal, closing, work }: {
    readonly locks: Locks;
    readonly name: string;
    readonly signal: AbortSignal;
    readonly closing: AbortSignal;
    readonly work: (held: AbortSignal) => Promise<T>;
  },
): Promise<T> {
  const asked = AbortSignal.any([signal, closing]);
  asked.throwIfAborted();
  const lock = await locks.take(name, asked);
  if (asked.aborted) lock.release();
  asked.throwIfAborted();
  const release = () => lock.release();
  closing.addEventListener("abort", release, { once: true });
  try {
    return await work(AbortSignal.any([lock.lost, closing]));
  } finally {
    closing.removeEventListener("abort", release);
    release();
  }
}

/** Within one program, first come, first served. */
export class LocksInMemory implements Locks {
  /** Who waits, by the names that are held. */
  readonly #waiting = new Map<string, (() => void)[]>();

  take(name: string, signal: AbortSignal): Promise<Lock> {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) {
      this.#waiting.set(name, []);
      return Promise.resolve(this.#held(name));
    }
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener("abort", giveUp);
        resolve(this.#held(name));
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      waiting.push(turn);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #held(name: string): Lock {
    let isHeld = true;
    return {
      lost: new AbortController().signal,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        const next = this.#waiting.get(name)?.shift();
        if (next === undefined) this.#waiting.delete(name);
        else next();
      },
    };
  }
}

export const storeClosed = (): StoreFailed => new StoreFailed("the store is closed");
