/** Locks as leases in an SQLite file: whoever dies or stands still loses its own by itself. @module */
import { assert } from "@gatz/domain";
import type { DatabaseSync } from "node:sqlite";
import { setInterval } from "node:timers";
import { StoreFailed } from "../contract.ts";
import type { Lock, Locks } from "../locks.ts";
import { whenFree } from "./sqlite_file.ts";

const ASK_AGAIN_MS = 150;
/** No lease of any program is longer. */
const LONGEST_LEASE_MS = 60_000;
/** So often is a lease renewed while it lasts. */
const RENEWALS = 5;

export class SqliteLocks implements Locks {
  readonly #file: DatabaseSync;
  readonly #leaseMs: number;

  constructor(file: DatabaseSync, leaseMs: number) {
    assert(leaseMs > 0 && leaseMs <= LONGEST_LEASE_MS, `a lease of ${leaseMs} ms`);
    this.#file = file;
    this.#leaseMs = leaseMs;
  }

  async take(name: string, signal: AbortSignal): Promise<Lock> {
    const holder = crypto.randomUUID();
    while (!await whenFree(() => this.#tryTake(name, holder))) await pause(ASK_AGAIN_MS, signal);
    return this.#held(name, holder);
  }

  #tryTake(name: string, holder: string): boolean {
    const now = Date.now();
    const there = this.#file.prepare("SELECT until FROM locks WHERE name = ?").get(name);
    // Looked at first, so that waiting writes nothing.
    if (there !== undefined && !this.#isOver(Number(there.until), now)) return false;
    return this.#file.prepare(
      `INSERT INTO locks (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, until = excluded.until WHERE locks.until = ?`,
    ).run(name, holder, now + this.#leaseMs, there === undefined ? null : Number(there.until)).changes === 1;
  }

  /** Also if it would last for longer than any does: then the clock has been set back. */
  #isOver(until: number, now: number): boolean {
    return until <= now || until > now + LONGEST_LEASE_MS;
  }

  #held(name: string, holder: string): Lock {
    const lost = new AbortController();
    let until = Date.now() + this.#leaseMs;
    const renewing = setInterval(() => {
      const now = Date.now();
      const renewed = this.#renew(name, holder, now + this.#leaseMs);
      if (renewed === "renewed") until = now + this.#leaseMs;
      if (renewed === "renewed" || (renewed === "failed" && now < until)) return;
      clearInterval(renewing);
      lost.abort(new StoreFailed(`the lock ${name} was lost: this program stood still for too long`));
    }, this.#leaseMs / RENEWALS).unref();
    return {
      lost: lost.signal,
      isHeld: () => {
        const there = this.#file.prepare("SELECT holder FROM locks WHERE name = ?").get(name);
        return there?.holder === holder;
      },
      release: () => {
        clearInterval(renewing);
        this.#giveUp(name, holder);
      },
    };
  }

  #renew(name: string, holder: string, until: number): "renewed" | "gone" | "failed" {
    try {
      const { changes } = this.#file.prepare("UPDATE locks SET until = ? WHERE name = ? AND holder = ?")
        .run(until, name, holder);
      return changes === 1 ? "renewed" : "gone";
    } catch {
      // Somebody is in the way, or the disk is full: it lasts as long as it was promised.
      return "failed";
    }
  }

  #giveUp(name: string, holder: string): void {
    try {
      this.#file.prepare("DELETE FROM locks WHERE name = ? AND holder = ?").run(name, holder);
    } catch {
      // Then it ends by itself.
    }
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
