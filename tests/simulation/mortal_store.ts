/** A store as an app has it: what the app asks takes a moment, and when the app is gone, nothing more is done for it, or answered. */
import type { Store } from "../../packages/client/src/store/contract.ts";
import { never } from "./line_server.ts";

export interface MortalStoreOptions {
  readonly gone: AbortSignal;
  /** What it takes to do something, and what it takes to say so. */
  readonly moment: () => Promise<void>;
}

export function mortalStore(store: Store, { gone, moment }: MortalStoreOptions): Store {
  gone.addEventListener("abort", () => void store.close(), { once: true });
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = before.then(moment).then(() => gone.aborted ? never() : work());
    before = done.catch(() => {});
    return done.then(async (answer) => {
      await moment();
      return gone.aborted ? await never() : answer;
    });
  };
  return {
    get: (table, key) => inTurn(() => store.get(table, key)),
    list: (table, range) => inTurn(() => store.list(table, range)),
    write: (changes) => inTurn(() => store.write(changes)),
    watch: (listener) => store.watch((tables) => gone.aborted || listener(tables)),
    // Its lock is given up with the store; what it would do under it does not happen.
    exclusively: (name, signal, work) =>
      gone.aborted ? never() : store.exclusively(name, signal, (held) => gone.aborted ? never() : work(held)),
    close: () => gone.aborted ? never() : store.close(),
  };
}
