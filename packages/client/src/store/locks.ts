/** One at a time under a name, among all who share a store. @module */
import { LockLost, StoreFailed } from "./contract.ts";

export interface Lock {
  /** Aborts if somebody else may have it now. */
  readonly lost: AbortSignal;
  /** Whether nobody else can have it at this moment. */
  isHeld(): boolean;
  /** Gives it up; more than once is as good as once. */
  release(): void;
}

export interface Locks {
  /** Waits for it until the signal aborts, and then rejects with its reason. */
  take(name: string, signal: AbortSignal): Promise<Lock>;
}

/** What one store holds. */
export class Holdings {
  readonly #locks: Locks;
  readonly #closing: AbortSignal;
  readonly #held = new Map<string, Lock>();

  /** `closing` gives up all that is held, and whoever still waits. */
  constructor(locks: Locks, closing: AbortSignal) {
    this.#locks = locks;
    this.#closing = closing;
  }

  /** What a store's `exclusively` does. */
  async run<T>(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    const asked = AbortSignal.any([signal, this.#closing]);
    asked.throwIfAborted();
    const lock = await this.#locks.take(name, asked);
    const release = () => {
      if (this.#held.get(name) === lock) this.#held.delete(name);
      lock.release();
    };
    if (asked.aborted) release();
    asked.throwIfAborted();
    this.#held.set(name, lock);
    this.#closing.addEventListener("abort", release, { once: true });
    try {
      return await work(AbortSignal.any([lock.lost, this.#closing]));
    } finally {
      this.#closing.removeEventListener("abort", release);
      release();
    }
  }

  /** What a write's `if-held` demands. @throws {LockLost} */
  demand(names: readonly string[]): void {
    for (const name of names) if (this.#held.get(name)?.isHeld() !== true) throw new LockLost(`${name} is not held`);
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
      isHeld: () => isHeld,
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
