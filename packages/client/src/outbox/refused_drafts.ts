/** The drafts of a store that were taken back, until somebody has seen that. @module */
import { Cell } from "../observable.ts";
import type { Entry, Store } from "../store/contract.ts";
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

  wasWritten(entry: Entry<"refused">): void {
    this.#show([...this.#entries, entry]);
  }

  /** @throws {StoreFailed} */
  async dismiss(id: DraftId): Promise<void> {
    const gone = this.#entries.filter(({ value }) => value.draft.id === id);
    await this.#store.write(gone.map(({ key }) => ({ type: "delete", table: "refused", key })));
    this.#show(this.#entries.filter((entry) => !gone.includes(entry)));
  }

  #show(entries: readonly Entry<"refused">[]): void {
    this.#entries = entries;
    this.all.set(entries.map(({ value }) => value));
  }
}
