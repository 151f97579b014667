/** Stores of this page or process, for laws that run in another. @module */
import superjson from "superjson";
import type { Change, Range, Store, Table } from "../src/store/contract.ts";

export interface Asked {
  readonly id: number;
  readonly store: number;
  readonly method:
    | keyof Store
    | "open"
    | "unwatch"
    | "release"
    | "giveUp";
  readonly args: readonly unknown[];
}

export type Told =
  | { readonly type: "answer"; readonly id: number; readonly result: unknown }
  | { readonly type: "error"; readonly id: number; readonly name: string; readonly message: string }
  | { readonly type: "held" | "lost"; readonly work: number }
  | { readonly type: "news"; readonly watch: number; readonly tables: readonly Table[] };

export class StoreHost {
  readonly #open: (where: string) => Promise<Store>;
  readonly #send: (line: string) => void;
  readonly #stores = new Map<number, Store>();
  readonly #watches = new Map<number, () => void>();
  readonly #works = new Map<number, { readonly release: () => void; readonly waiting: AbortController }>();

  constructor({ open, send }: { open: (where: string) => Promise<Store>; send: (line: string) => void }) {
    this.#open = open;
    this.#send = send;
  }

  async hear(line: string): Promise<void> {
    const asked = superjson.parse<Asked>(line);
    const { id } = asked;
    try {
      this.#tell({ type: "answer", id, result: await this.#answer(asked) });
    } catch (error) {
      const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error(`${error}`);
      this.#tell({ type: "error", id, name, message });
    }
  }

  #tell(told: Told): void {
    this.#send(superjson.stringify(told));
  }

  async #answer({ store: number, method, args }: Asked): Promise<unknown> {
    if (method === "open") return void this.#stores.set(number, await this.#open(args[0] as string));
    const store = this.#stores.get(number);
    if (store === undefined) throw new Error(`there is no store ${number}`);
    switch (method) {
      case "get":
        return await store.get(args[0] as Table, args[1] as string);
      case "list":
        return await store.list(args[0] as Table, args[1] as Range | undefined);
      case "write":
        return await store.write(args[0] as readonly Change[]);
      case "close":
        return await store.close();
      case "watch": {
        const watch = args[0] as number;
        this.#watches.set(watch, store.watch((tables) => this.#tell({ type: "news", watch, tables: [...tables] })));
        return;
      }
      case "unwatch":
        return this.#watches.get(args[0] as number)?.();
      case "exclusively":
        return await this.#exclusively(store, args as [number, string, boolean]);
      case "release":
        return this.#works.get(args[0] as number)?.release();
      case "giveUp":
        return this.#works.get(args[0] as number)?.waiting.abort();
    }
  }

  async #exclusively(store: Store, [work, name, isAborted]: [number, string, boolean]): Promise<void> {
    const [waiting, released] = [new AbortController(), Promise.withResolvers<void>()];
    if (isAborted) waiting.abort();
    this.#works.set(work, { release: released.resolve, waiting });
    await store.exclusively(name, waiting.signal, async (held) => {
      held.addEventListener("abort", () => this.#tell({ type: "lost", work }));
      this.#tell({ type: "held", work });
      await released.promise;
    });
  }
}
