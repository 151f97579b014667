/** The changes of one shard's personal records as this process knows them, and the way to follow them. @module */
import { type Rev, rev } from "@gatz/domain";
import { ShardUnavailable } from "../contract.ts";
import { pauseUnless } from "../log/follow.ts";
import type { ChangesPage, OwnedChange } from "./contract.ts";
import type { PersonalStore } from "./store.ts";

export interface PersonalLogOptions {
  readonly store: Pick<PersonalStore, "since">;
  /** Someone waits for news: sees to it that {@link PersonalLog.advance} is told how far the shard goes. Returns what ends it. */
  readonly watch: () => () => void;
}

const RETRY_MS = 250;
/** Changes kept for followers; who is further behind reads them from the tables. */
const KEPT = 512;

export class PersonalLog {
  readonly #options: PersonalLogOptions;
  /** All that was committed after `#keptAfter`, in the order of their revs, as far as the head was reached by this process's own commits. */
  #kept: OwnedChange[] = [];
  #keptAfter: Rev = rev(0);
  #head: Rev = rev(0);
  #moved = Promise.withResolvers<void>();

  constructor(options: PersonalLogOptions) {
    this.#options = options;
  }

  /** What this process committed, upon `before`. */
  committed({ before, changes, after }: { before: Rev; changes: readonly OwnedChange[]; after: Rev }): void {
    // Commits answer in any order, and others may have committed between: then the tables are read.
    if (before === this.#head) {
      if (this.#kept.length + changes.length > KEPT) this.#forget(before);
      this.#kept.push(...changes);
    } else if (after > this.#head) this.#forget(after);
    this.#moveTo(after);
  }

  /** The shard's records are known to have changed at least so far. */
  advance(to: Rev): void {
    if (to <= this.#head) return;
    this.#forget(to);
    this.#moveTo(to);
  }

  /** Every change after `from`; of a record that changed again meanwhile perhaps only the newest. While the shard does not answer it waits. */
  async *follow(from: Rev, signal: AbortSignal): AsyncGenerator<ChangesPage, void, void> {
    const unwatch = this.#options.watch();
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener("abort", stop);
    try {
      for (let at = from; !signal.aborted;) {
        if (at >= this.#head) {
          await Promise.race([this.#moved.promise, aborted.promise]);
          continue;
        }
        const page = this.#since(at) ?? await this.#read(at);
        if (page === null || page.upTo === at) await pauseUnless(signal, RETRY_MS);
        else {
          at = page.upTo;
          yield page;
        }
      }
    } finally {
      signal.removeEventListener("abort", stop);
      unwatch();
    }
  }

  /** From memory; null if it is not all there. */
  #since(from: Rev): ChangesPage | null {
    if (from < this.#keptAfter) return null;
    return { changes: this.#kept.filter(({ change }) => change.rev > from), upTo: this.#head };
  }

  async #read(from: Rev): Promise<ChangesPage | null> {
    try {
      return await this.#options.store.since(from);
    } catch (error) {
      if (error instanceof ShardUnavailable) return null;
      throw error;
    }
  }

  #forget(keptAfter: Rev): void {
    this.#kept = [];
    this.#keptAfter = keptAfter;
  }

  #moveTo(to: Rev): void {
    if (to <= this.#head) return;
    this.#head = to;
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }
}
