/** Stores of another page or process, as if they were here: so that one law speaks of both. @module */
import superjson from "superjson";
import type { Change, Entry, Range, Store, Table } from "../src/store/contract.ts";
import type { Records } from "../src/store/records.ts";
import type { Asked, Told } from "./store_host.ts";

type Works = { readonly held: () => void; readonly lost: AbortController };
type Listener = (tables: ReadonlySet<Table>) => void;

/** This side of a {@link StoreHost}; lines go to `send`, and come to `hear`. */
export class FarStores {
  readonly #send: (line: string) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #works = new Map<number, Works>();
  readonly #listeners = new Map<number, Listener>();
  #last = 0;

  constructor(send: (line: string) => void) {
    this.#send = send;
  }

  /** `where`: what its kind of store is opened by. */
  async open(where: string): Promise<Store> {
    const store = ++this.#last;
    await this.#ask({ store, method: "open", args: [where] });
    const ask = <T>(method: Asked["method"], ...args: unknown[]) => this.#ask<T>({ store, method, args });
    return {
      get: <T extends Table>(table: T, key: string) => ask<Records[T] | undefined>("get", table, key),
      list: <T extends Table>(table: T, range?: Range) => ask<readonly Entry<T>[]>("list", table, range),
      write: (changes: readonly Change[]) => ask<readonly string[]>("write", changes),
      watch: (listener) => this.#watch(listener, ask),
      exclusively: (name, signal, work) => this.#exclusively({ name, signal, work }, ask),
      close: () => ask("close"),
    };
  }

  hear(line: string): void {
    const told = superjson.parse<Told>(line);
    switch (told.type) {
      case "answer":
        return this.#waiting.get(told.id)?.resolve(told.result);
      case "error":
        return this.#waiting.get(told.id)?.reject(Object.assign(new Error(told.message), { name: told.name }));
      case "held":
        return this.#works.get(told.work)?.held();
      case "lost":
        return this.#works.get(told.work)?.lost.abort();
      case "news":
        return this.#listeners.get(told.watch)?.(new Set(told.tables));
    }
  }

  /** The other side is gone. */
  cut(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error("the other side is gone"));
  }

  async #ask<T>(asked: Omit<Asked, "id">): Promise<T> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#send(superjson.stringify({ id, ...asked } satisfies Asked));
    try {
      return await waiting.promise as T;
    } finally {
      this.#waiting.delete(id);
    }
  }

  #watch(listener: Listener, ask: (method: Asked["method"], ...args: unknown[]) => Promise<unknown>): () => void {
    const watch = ++this.#last;
    this.#listeners.set(watch, listener);
    ask("watch", watch).catch(ignore);
    return () => {
      this.#listeners.delete(watch);
      ask("unwatch", watch).catch(ignore);
    };
  }

  async #exclusively<T>(
    { name, signal, work }: { name: string; signal: AbortSignal; work: (held: AbortSignal) => Promise<T> },
    ask: (method: Asked["method"], ...args: unknown[]) => Promise<unknown>,
  ): Promise<T> {
    const [id, held, lost] = [++this.#last, Promise.withResolvers<void>(), new AbortController()];
    this.#works.set(id, { held: held.resolve, lost });
    const giveUp = () => void ask("giveUp", id).catch(ignore);
    signal.addEventListener("abort", giveUp);
    const ended = ask("exclusively", id, name, signal.aborted);
    // It may end while the work still runs; whoever asked has the work's own outcome then.
    ended.catch(ignore);
    try {
      // It can end before it begins: then it says why.
      await Promise.race([held.promise, ended]);
      return await work(lost.signal);
    } finally {
      signal.removeEventListener("abort", giveUp);
      ask("release", id).catch(ignore);
      await ended.catch(ignore);
      this.#works.delete(id);
    }
  }
}

/** What is only told may fail with the other side; whoever waits for an answer learns of it. */
const ignore = (): void => {};
