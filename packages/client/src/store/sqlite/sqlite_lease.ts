/** A lock's row in an SQLite file: whose it is, and for how long. @module */
import type { DatabaseSync } from "node:sqlite";
import type { SignOfLife } from "./sign_of_life.ts";

/** No lease of any program is longer. */
export const LONGEST_LEASE_MS = 60_000;
/** Begins the name of a holder who gives a sign of life for as long as its row is there: without one it is dead. */
const ALIVE = "alive ";

export interface SqliteLeaseOptions {
  readonly file: DatabaseSync;
  readonly name: string;
  readonly leaseMs: number;
  /** Closed with the lease. */
  readonly life: SignOfLife;
}

export class SqliteLease {
  readonly #options: SqliteLeaseOptions;
  readonly #id = crypto.randomUUID();
  /** As the row says it. */
  #holder = "";

  constructor(options: SqliteLeaseOptions) {
    this.#options = options;
  }

  /** Takes it if nobody has it, if its time is over, or if its holder is dead. */
  tryTake(): boolean {
    const { file, name, leaseMs, life } = this.#options;
    const now = Date.now();
    const there = file.prepare("SELECT holder, until FROM locks WHERE name = ?").get(name);
    const [holder, until] = there === undefined ? [null, null] : [String(there.holder), Number(there.until)];
    // Looked at first, so that waiting writes nothing.
    if (until !== null && !isOver(until, now) && !(holder?.startsWith(ALIVE) && life.tryGive())) return false;
    const mine = this.#name();
    const isTaken = file.prepare(
      `INSERT INTO locks (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, until = excluded.until WHERE locks.holder = ? AND locks.until = ?`,
    ).run(name, mine, now + leaseMs, holder, until).changes === 1;
    if (isTaken) this.#holder = mine;
    else life.end();
    return isTaken;
  }

  get isHeld(): boolean {
    const { file, name } = this.#options;
    return file.prepare("SELECT holder FROM locks WHERE name = ?").get(name)?.holder === this.#holder;
  }

  /** False: somebody else has it. */
  renew(until: number): boolean {
    const { file, name } = this.#options;
    const mine = this.#name();
    const { changes } = file.prepare("UPDATE locks SET until = ?, holder = ? WHERE name = ? AND holder = ?")
      .run(until, mine, name, this.#holder);
    if (changes === 1) this.#holder = mine;
    return changes === 1;
  }

  giveUp(): void {
    const { file, name } = this.#options;
    file.prepare("DELETE FROM locks WHERE name = ? AND holder = ?").run(name, this.#holder);
  }

  /** As one who lives, if that can be shown: somebody frozen, whose time is over, may still be in the way of it. */
  #name(): string {
    return `${this.#options.life.tryGive() ? ALIVE : ""}${this.#id}`;
  }
}

/** Also if it would last for longer than any does: then the clock has been set back. */
function isOver(until: number, now: number): boolean {
  return until <= now || until > now + LONGEST_LEASE_MS;
}
