/** A tab's store, that takes its time, fails, loses its locks, and ends with its tab in the middle of anything. @module */
import type { Chance } from "@gatz/testing/chance.ts";
import {
  type Change,
  type Entry,
  LockLost,
  type Range,
  type Store,
  StoreFailed,
  type Table,
} from "../../src/store/contract.ts";
import { Memory, memoryStore } from "../../src/store/memory.ts";
import type { DraftRecord, Records, RefusedRecord, WishRecord } from "../../src/store/records.ts";
import type { Clock } from "./clock.ts";
import { TabLife } from "./tab_life.ts";

interface Holder {
  readonly tab: TabStore;
  readonly lost: AbortController;
}

/** What the tabs share, and what was ever written of it. */
export class SharedStore {
  readonly memory = new Memory();
  readonly tabs = new Set<TabStore>();
  readonly drafts: { readonly key: string; readonly record: DraftRecord }[] = [];
  readonly refused: RefusedRecord[] = [];
  readonly wishes: WishRecord[] = [];
  steals = 0;
  #holder: Holder | null = null;
  #waiting: ((holder: Holder) => void)[] = [];
  readonly clock: Clock;
  readonly chance: Chance;

  constructor(clock: Clock, chance: Chance) {
    this.clock = clock;
    this.chance = chance;
  }

  open(): TabStore {
    return new TabStore(this);
  }

  isHeldBy(tab: TabStore): boolean {
    return this.#holder?.tab === tab;
  }

  take(tab: TabStore, signal: AbortSignal): Promise<Holder> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener("abort", giveUp);
        this.#holder = { tab, lost: new AbortController() };
        resolve(this.#holder);
      };
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((one) => one !== turn);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      if (this.#holder === null) return turn();
      signal.addEventListener("abort", giveUp);
      this.#waiting.push(turn);
    });
  }

  release(holder: Holder): void {
    if (this.#holder !== holder) return;
    this.#holder = null;
    (this.#waiting.shift() as (() => void) | undefined)?.();
  }

  /** The holder is frozen for too long: somebody else has the lock, and it learns of that when it wakes. */
  freezeHolder(): TabStore | null {
    const holder = this.#holder;
    if (holder === null) return null;
    holder.tab.life.freeze();
    this.clock.after(this.chance.between(20, 100), () => {
      this.steals++;
      this.release(holder);
    });
    this.clock.after(this.chance.between(100, 500), () => {
      holder.lost.abort();
      holder.tab.life.wake();
    });
    return holder.tab;
  }

  /** A tab that has ended holds nothing. */
  forget(tab: TabStore): void {
    this.tabs.delete(tab);
    if (this.#holder?.tab === tab) this.release(this.#holder);
  }
}

export class TabStore implements Store {
  readonly #shared: SharedStore;
  readonly #inner: Store;
  readonly #listeners = new Set<(tables: ReadonlySet<Table>) => void>();
  #last: Promise<unknown> = Promise.resolve();
  readonly life = new TabLife();
  /** Whether its disk is full. */
  isFailing = false;

  constructor(shared: SharedStore) {
    this.#shared = shared;
    this.#inner = memoryStore({ memory: shared.memory });
    shared.tabs.add(this);
  }

  get<T extends Table>(table: T, key: string): Promise<Records[T] | undefined> {
    return this.#do(() => this.#inner.get(table, key));
  }

  list<T extends Table>(table: T, range?: Range): Promise<readonly Entry<T>[]> {
    return this.#do(() => this.#inner.list(table, range));
  }

  write(changes: readonly Change[]): Promise<readonly string[]> {
    return this.#do(async () => {
      if (this.isFailing) throw new StoreFailed("the disk is full");
      const edits = changes.filter(({ type }) => type !== "if-held");
      if (edits.length < changes.length && !this.#shared.isHeldBy(this)) throw new LockLost("it is another tab's");
      const keys = await this.#inner.write(edits);
      this.#remember(edits, keys);
      this.#tellOthers(new Set(edits.flatMap((edit) => "table" in edit ? [edit.table] : [])));
      return keys;
    });
  }

  watch(listener: (tables: ReadonlySet<Table>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async exclusively<T>(_name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<T>): Promise<T> {
    const holder = await this.#shared.take(this, signal);
    if (this.life.isOver) this.#shared.release(holder);
    await this.life.awake();
    try {
      return await work(holder.lost.signal);
    } finally {
      this.#shared.release(holder);
    }
  }

  async close(): Promise<void> {
    await this.#last;
    this.end();
  }

  /** The tab is gone: what it asked for is perhaps done, and nobody there learns of it. */
  end(): void {
    this.life.end();
    this.#shared.forget(this);
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    const { clock, chance } = this.#shared;
    const done = this.#last.then(async () => {
      await clock.sleep(chance.between(0, 4));
      await this.life.awake();
      return await work();
    });
    this.#last = done.catch(() => {});
    try {
      return await done;
    } finally {
      await clock.sleep(chance.between(0, 4));
      await this.life.awake();
    }
  }

  #remember(edits: readonly Change[], keys: readonly string[]): void {
    const given = [...keys];
    for (const edit of edits) {
      if (edit.type !== "append") continue;
      const key = given.shift()!; // one an append
      if (edit.table === "drafts") this.#shared.drafts.push({ key, record: edit.value });
      if (edit.table === "refused") this.#shared.refused.push(edit.value);
      if (edit.table === "wishes") this.#shared.wishes.push(edit.value);
    }
  }

  #tellOthers(tables: ReadonlySet<Table>): void {
    const { tabs, clock, chance } = this.#shared;
    for (const tab of tabs) {
      if (tab !== this) clock.after(chance.between(0, 30), () => void tab.#hear(tables));
    }
  }

  async #hear(tables: ReadonlySet<Table>): Promise<void> {
    await this.life.awake();
    for (const listener of this.#listeners) listener(tables);
  }
}
