/** What other processes have written into an SQLite file. @module */
import type { DatabaseSync } from "node:sqlite";
import { clearInterval, setInterval } from "node:timers";
import type { Table } from "../contract.ts";
import { Listeners } from "../listeners.ts";

const LOOK_MS = 100;

/** How often each table has been written, by whomever. */
type Written = ReadonlyMap<Table, number>;

export class SqliteNews {
  readonly #file: DatabaseSync;
  readonly #listeners = new Listeners();
  /** As far as this process knows. */
  readonly #known: Map<Table, number>;
  #version: number;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(file: DatabaseSync) {
    this.#file = file;
    this.#version = this.#readVersion();
    this.#known = new Map(this.#readWritten());
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    const end = this.#listeners.add(listener);
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return () => {
      end();
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  /** Counts a writing, within its transaction. */
  count(tables: ReadonlySet<Table>): Written {
    const statement = this.#file.prepare(
      `INSERT INTO tabs (name, written) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET written = written + 1 RETURNING written`,
    );
    return new Map([...tables].map((table) => [table, Number(statement.get(table)?.written)]));
  }

  /** What was counted is committed. */
  committed(mine: Written): void {
    this.#learn(mine, (count) => count - 1);
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #look(): void {
    try {
      const version = this.#readVersion();
      if (version === this.#version) return;
      this.#learn(this.#readWritten(), (count) => count);
      this.#version = version;
    } catch {
      // Another process is in the way: it is looked at again soon. If it is worse, whoever reads or writes is told.
    }
  }

  /** Tells of the tables that had been written more often than was known, when there was only what others did. */
  #learn(written: Written, byOthers: (count: number) => number): void {
    const news = new Set<Table>();
    for (const [table, count] of written) {
      if (byOthers(count) > (this.#known.get(table) ?? 0)) news.add(table);
      this.#known.set(table, count);
    }
    this.#listeners.tell(news);
  }

  #stop(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** Another one after each commit of another connection. */
  #readVersion(): number {
    return Number(this.#file.prepare("PRAGMA data_version").get()?.data_version);
  }

  #readWritten(): Written {
    const rows = this.#file.prepare("SELECT name, written FROM tabs").all();
    return new Map(rows.map(({ name, written }) => [name as Table, Number(written)]));
  }
}
