/** The offers made in one tab, until they are told what became of them. @module */
import type { Ack, Rejection } from "@gatz/domain";
import type { Change, Store } from "../store/contract.ts";
import type { DraftId } from "../store/records.ts";
import type { PendingDraft, Settled } from "./contract.ts";

export class WaitingOffers {
  readonly #settle = new Map<DraftId, (settled: Settled) => void>();

  outcomeOf(id: DraftId): Promise<Settled> {
    return new Promise((settle) => this.#settle.set(id, settle));
  }

  tell(id: DraftId, settled: Settled): void {
    this.#settle.get(id)?.(settled);
    this.#settle.delete(id);
  }

  /** What has to be written with an outcome so that whoever waits for it elsewhere is told. */
  forOthers(id: DraftId, { outcome, settledAt }: { outcome: Ack | Rejection; settledAt: number }): readonly Change[] {
    if (this.#settle.has(id)) return [];
    return [{ type: "put", table: "outcomes", key: id, value: { outcome, settledAt } }];
  }

  /**
   * Tells what another tab's outbox has come to. `kept`: all drafts that are stored, or about to be.
   * @throws {StoreFailed}
   */
  async tellFrom(store: Store, kept: ReadonlyMap<DraftId, PendingDraft>): Promise<void> {
    const told: Change[] = [];
    for (const id of [...this.#settle.keys()]) {
      const draft = kept.get(id);
      if (draft !== undefined && draft.acked === undefined) continue;
      const settled: Settled = draft?.acked
        ? { kind: "accepted", id, seq: draft.acked.seq, at: draft.acked.at }
        : (await store.get("outcomes", id))?.outcome ?? { kind: "unsettled" };
      this.tell(id, settled);
      told.push({ type: "delete", table: "outcomes", key: id });
    }
    if (told.length > 0) await store.write(told);
  }

  close(): void {
    for (const id of [...this.#settle.keys()]) this.tell(id, { kind: "unsettled" });
  }
}
