/** The drafts of a store that were taken back, until somebody has seen that. @module */
import { Cell } from "../observable.ts";
import type { Change, Entry, Store } from "../store/contract.ts";
import type { DraftId, RefusedRecord } from "../store/records.ts";

export class RefusedDrafts {
  readonly all = new Cell<readonly RefusedRecord[]>([]);
  readonly #store: Store;
  #entries: readonly Entry<"refused">[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws {StoreFailed} */
  async read(): Promise<void> {
    const entries = await this.#store.list("refused");
    const isSame = entries.length === this.#entries.length &&
      entries.every(({ key }, i) => key === this.#entries[i]?.key);
    if (!isSame) this.#show(entries);
  }

  /** What has to go so that there is room for one more: who never looks need not keep everything. */
  overflow(most: number): readonly Change[] {
    return this.#entries.slice(0, Math.max(0, this.#entries.length - most + 1)).map(deletion);
  }

  wasWritten(entry: Entry<"refused">, { most }: { readonly most: number }): void {
    this.#show([...this.#entries, entry].slice(-most));
  }

  /** @throws {StoreFailed} */
  async dismiss(id: DraftId): Promise<void> {
    const gone = this.#entries.filter(({ value }) => value.draft.id === id);
    await this.#store.write(gone.map(deletion));
    this.#show(this.#entries.filter((entry) => !gone.includes(entry)));
  }

  #show(entries: readonly Entry<"refused">[]): void {
    this.#entries = entries;
    this.all.set(entries.map(({ value }) => value));
  }
}

const deletion = ({ key }: Entry<"refused">): Change => ({ type: "delete", table: "refused", key });
