/** Locks as leases in an SQLite file: whoever stands still loses its own by itself, and whoever dies at once. @module */
import { assert } from "@gatz/domain";
import type { DatabaseSync } from "node:sqlite";
import { setInterval } from "node:timers";
import { StoreFailed } from "../contract.ts";
import type { Lock, Locks } from "../locks.ts";
import { SignOfLife } from "./sign_of_life.ts";
import { whenFree } from "./sqlite_file.ts";
import { LONGEST_LEASE_MS, SqliteLease } from "./sqlite_lease.ts";

const ASK_AGAIN_MS = 150;
/** So often is a lease renewed while it lasts. */
const RENEWALS = 5;
const NAME = /^[a-z-]+$/;

export interface SqliteLocksOptions {
  readonly file: DatabaseSync;
  /** Of that file; signs of life are beside it. */
  readonly path: string;
  readonly leaseMs: number;
}

export class SqliteLocks implements Locks {
  readonly #options: SqliteLocksOptions;

  constructor(options: SqliteLocksOptions) {
    assert(options.leaseMs > 0 && options.leaseMs <= LONGEST_LEASE_MS, `a lease of ${options.leaseMs} ms`);
    this.#options = options;
  }

  async take(name: string, signal: AbortSignal): Promise<Lock> {
    assert(NAME.test(name), `no name for a file: ${name}`);
    const { file, path, leaseMs } = this.#options;
    const life = await SignOfLife.open(`${path}-lock-${name}`);
    const lease = new SqliteLease({ file, name, leaseMs, life });
    try {
      while (!await whenFree(() => lease.tryTake())) await pause(ASK_AGAIN_MS, signal);
    } catch (error) {
      life.close();
      throw error;
    }
    return this.#held(name, { lease, life });
  }

  #held(name: string, { lease, life }: { readonly lease: SqliteLease; readonly life: SignOfLife }): Lock {
    const { leaseMs } = this.#options;
    const lost = new AbortController();
    let until = Date.now() + leaseMs;
    const renewing = setInterval(() => {
      const now = Date.now();
      const renewed = renew(lease, now + leaseMs);
      if (renewed === "renewed") until = now + leaseMs;
      if (renewed === "renewed" || (renewed === "failed" && now < until)) return;
      clearInterval(renewing);
      life.close();
      lost.abort(new StoreFailed(`the lock ${name} was lost: this program stood still for too long`));
    }, leaseMs / RENEWALS).unref();
    return {
      lost: lost.signal,
      isHeld: () => lease.isHeld,
      release: () => {
        clearInterval(renewing);
        giveUp(lease);
        // After its row: what says that it lives is true as long as it is there.
        life.close();
      },
    };
  }
}

function renew(lease: SqliteLease, until: number): "renewed" | "gone" | "failed" {
  try {
    return lease.renew(until) ? "renewed" : "gone";
  } catch {
    // Somebody is in the way, or the disk is full: it lasts as long as it was promised.
    return "failed";
  }
}

function giveUp(lease: SqliteLease): void {
  try {
    lease.giveUp();
  } catch {
    // Then it ends by itself.
  }
}

/** Rejects with the signal's reason as soon as it aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
