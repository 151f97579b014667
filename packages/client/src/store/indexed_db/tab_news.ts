/** What other tabs have written, as they tell it. @module */
import type { Table } from "../contract.ts";
import { Listeners } from "../listeners.ts";

/** A tab that has not told the end of a write for so long may have ended in the middle, after the browser took it. */
const OVERDUE_MS = 1_000;

interface News {
  readonly write: string;
  readonly tables: readonly Table[];
  readonly state: "begun" | "done" | "failed";
}

export class TabNews {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Listeners();
  readonly #overdue = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => this.#hear(data);
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells the others of a write: that it is begun, then how it ended. */
  async of<T>(tables: ReadonlySet<Table>, writing: Promise<T>): Promise<T> {
    const tell = (state: News["state"]) =>
      this.#channel.postMessage({ write, tables: [...tables], state } satisfies News);
    const write = crypto.randomUUID();
    tell("begun");
    try {
      const result = await writing;
      tell("done");
      return result;
    } catch (error) {
      tell("failed");
      throw error;
    }
  }

  close(): void {
    this.#channel.close();
    this.#listeners.clear();
    for (const timer of this.#overdue.values()) clearTimeout(timer);
  }

  #hear({ write, tables, state }: News): void {
    const tell = () => this.#listeners.tell(new Set(tables));
    if (state === "begun") {
      this.#overdue.set(
        write,
        setTimeout(() => {
          this.#overdue.delete(write);
          tell();
        }, OVERDUE_MS),
      );
      return;
    }
    clearTimeout(this.#overdue.get(write));
    this.#overdue.delete(write);
    if (state === "done") tell();
  }
}
