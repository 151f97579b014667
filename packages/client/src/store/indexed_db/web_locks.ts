/** Locks among the tabs of an origin; the browser frees those of a tab that ends. @module */
import { StoreFailed } from "../contract.ts";
import type { Lock, Locks } from "../locks.ts";
import { browser, type LockManager } from "./browser.ts";

export class WebLocks implements Locks {
  readonly #locks: LockManager;
  readonly #prefix: string;
  readonly #written: () => Promise<void>;

  /** `written`: waits for the writes under way, which the next to hold a lock is to find. */
  constructor(prefix: string, written: () => Promise<void>) {
    const { locks } = browser.navigator;
    if (locks === undefined) {
      throw new StoreFailed("there are no locks here: a page has to come from https or localhost");
    }
    this.#locks = locks;
    this.#prefix = prefix;
    this.#written = written;
  }

  take(name: string, signal: AbortSignal): Promise<Lock> {
    return new Promise((resolve, reject) => {
      const [over, lost] = [Promise.withResolvers<void>(), new AbortController()];
      let isHeld = false;
      const work = () => {
        isHeld = true;
        const release = () => {
          isHeld = false;
          over.resolve(this.#written());
        };
        resolve({ lost: lost.signal, isHeld: () => isHeld, release });
        return over.promise;
      };
      this.#locks.request(`${this.#prefix} ${name}`, { signal }, work).catch((error) => {
        isHeld = false;
        lost.abort(error);
        reject(
          signal.aborted ? signal.reason : new StoreFailed(`the browser gives no lock: ${error}`, { cause: error }),
        );
      });
    });
  }
}
