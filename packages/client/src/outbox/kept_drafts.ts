/** The drafts of a store, as one tab knows them: what is added, what became of it, what has arrived. @module */
import type { Incarnation, Seq, StreamId } from "@gatz/domain";
import { Cell } from "../observable.ts";
import type { Change, Entry, Store } from "../store/contract.ts";
import { LIFE_KEY } from "../store/meta.ts";
import type { DraftId, DraftRecord, LifeRecord } from "../store/records.ts";
import {
  type Kept,
  type NotKept,
  type Offer,
  OUTBOX_LOCK,
  type OutboxLimits,
  type Pending,
  type PendingDraft,
} from "./contract.ts";
import { InOrder } from "./in_order.ts";
import { judgedBy } from "./judged_by.ts";
import { draftsOf, inLife, queuesOf, withAdded, withChanged } from "./queues.ts";
import { RefusedDrafts } from "./refused_drafts.ts";
import { unlessFailed } from "./unless_failed.ts";
import type { Verdict } from "./verdict.ts";
import { WaitingOffers } from "./waiting_offers.ts";

interface KeptDraftsOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly limits: Pick<OutboxLimits, "refused">;
}

export class KeptDrafts {
  readonly pending = new Cell<Pending>(new Map());
  readonly refused: RefusedDrafts;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #limits: Pick<OutboxLimits, "refused">;
  /** What is read and written: so that what is shown is always what was stored at some moment, and what is being added. */
  readonly #inOrder = new InOrder();
  readonly #offers = new WaitingOffers();
  readonly #arrived = new Map<StreamId, Seq>();
  #life: Incarnation | null = null;
  readonly #toStore: DraftRecord[] = [];
  /** A writing that has yet to begin. */
  #storing: Promise<Kept | NotKept> | null = null;
  /** The last place in the store up to which all drafts are known. */
  #newest: string | undefined;
  /** One that has yet to begin. */
  #reading: Promise<void> | null = null;

  constructor({ store, now, limits }: KeptDraftsOptions) {
    this.#limits = limits;
    this.#store = store;
    this.#now = now;
    this.refused = new RefusedDrafts(store);
  }

  /** Which life of the installation was talked to last; null: none yet. */
  get life(): Incarnation | null {
    return this.#life;
  }

  /** @throws {StoreFailed} */
  async load(): Promise<void> {
    // What lies under this key is such a record.
    const record = await this.#store.get("meta", LIFE_KEY) as LifeRecord | undefined;
    this.#life = record?.life ?? null;
    for (const { value } of await this.#store.list("drafts")) {
      if (value.acked?.incarnation === this.#life) await this.#learnArrived(value.draft.stream);
    }
    await this.read();
  }

  /**
   * Takes up what other tabs have written.
   * @throws {StoreFailed}
   */
  read(): Promise<void> {
    this.#reading ??= this.#inOrder.run(async () => {
      this.#reading = null;
      const stored = (await this.#store.list("drafts")).map(({ key, value }): PendingDraft => ({ ...value, key }));
      this.#newest = stored.at(-1)?.key ?? this.#newest;
      await this.refused.read();
      const all = new Map(stored.map((draft): [DraftId, PendingDraft] => [draft.draft.id, draft]));
      // Those that are to be written after this.
      for (const draft of draftsOf(this.pending.snapshot())) if (draft.key === null) all.set(draft.draft.id, draft);
      const present = [...all.values()].map((draft) => inLife(draft, this.#life));
      this.pending.set(queuesOf(present.filter((draft) => !this.#hasArrived(draft))));
      await this.#offers.tellFrom(this.#store, all);
      await this.#delete(present.filter((draft) => this.#hasArrived(draft)));
    });
    return this.#reading;
  }

  /** Shows at once. */
  add(records: readonly DraftRecord[]): readonly Offer[] {
    const present = records.map((record) => ({ ...record, key: null }));
    this.pending.set(withAdded(this.pending.snapshot(), present));
    const outcomes = records.map(({ draft }) => this.#offers.outcomeOf(draft.id));
    this.#toStore.push(...records);
    // What is added until its turn comes is written with it.
    const stored = this.#storing ??= this.#inOrder.run(() => {
      this.#storing = null;
      return this.#write(this.#toStore.splice(0));
    });
    return records.map(({ draft: { id } }, i) => ({ id, stored, outcome: outcomes[i]! })); // one a record
  }

  dismiss(id: DraftId): Promise<Kept | NotKept> {
    return this.#inOrder.run(() => unlessFailed(() => this.refused.dismiss(id)));
  }

  /**
   * Writes down what an offer came to, and then tells it.
   * @throws {StoreFailed}
   * @throws {LockLost} somebody else offers now: it is for them to find out
   */
  async settle({ acks, refused }: Pick<Verdict, "acks" | "refused">): Promise<void> {
    await this.#inOrder.run(async () => {
      const settledAt = this.#now();
      // What leads a bundle was accepted before.
      const news = acks.filter(({ draft, life }) => draft.acked?.incarnation !== life);
      const accepted = news.map(({ draft, ack: { seq, at }, life: incarnation }) => ({
        ...draft,
        acked: { seq, at, incarnation },
      }));
      const record = refused && { draft: refused.draft.draft, rejection: refused.rejection, refusedAt: settledAt };
      const told = [
        ...news.map(({ draft, ack }) => ({ id: draft.draft.id, outcome: ack })),
        ...(record ? [{ id: record.draft.id, outcome: record.rejection }] : []),
      ];
      const changes: Change[] = [
        ...accepted.map((draft) => this.#hasArrived(draft) ? deletion(draft) : replacement(draft)),
        ...(refused ? [deletion(refused.draft), ...this.refused.overflow(this.#limits.refused)] : []),
        ...(record ? [{ type: "append", table: "refused", value: record } as const] : []),
        ...told.flatMap(({ id, outcome }) => this.#offers.forOthers(id, { outcome, settledAt })),
      ];
      if (changes.length === 0) return;
      const [key] = await this.#store.write([{ type: "if-held", lock: OUTBOX_LOCK }, ...changes]);
      this.#show(accepted, refused ? [refused.draft] : []);
      if (record && key !== undefined) this.refused.wasWritten({ key, value: record }, { most: this.#limits.refused });
      for (const { id, outcome } of told) this.#offers.tell(id, outcome);
    });
  }

  arrived(stream: StreamId, seq: Seq): void {
    if ((this.#arrived.get(stream) ?? 0) >= seq) return;
    this.#arrived.set(stream, seq);
    const gone = (this.pending.snapshot().get(stream) ?? []).filter((draft) => this.#hasArrived(draft));
    if (gone.length === 0) return;
    this.#show([], gone);
    void this.#inOrder.run(() => this.#delete(gone));
  }

  /**
   * Outcomes that nobody has asked for since.
   * @throws {StoreFailed}
   */
  async forgetOutcomes({ before }: { readonly before: number }): Promise<void> {
    const old = (await this.#store.list("outcomes")).filter(({ value }) => value.settledAt < before);
    if (old.length > 0) await this.#store.write(old.map(({ key }) => ({ type: "delete", table: "outcomes", key })));
  }

  /** In another life what was accepted may be gone, and with it what had arrived. */
  lives(life: Incarnation): void {
    if (life === this.#life) return;
    this.#life = life;
    this.#arrived.clear();
    this.pending.set(queuesOf([...draftsOf(this.pending.snapshot())].map((draft) => inLife(draft, life))));
  }

  async close(): Promise<void> {
    await this.#inOrder.idle();
    this.#offers.close();
    this.pending.close();
    this.refused.all.close();
  }

  async #write(records: readonly DraftRecord[]): Promise<Kept | NotKept> {
    let drafts: readonly PendingDraft[] = records.map((record) => ({ ...record, key: null }));
    const outcome = await unlessFailed(async () => {
      const known = { pending: this.pending.snapshot(), store: this.#store };
      const values = await Promise.all(records.map(async (record): Promise<DraftRecord> => {
        const after = await judgedBy(record.draft, known);
        return { ...record, ...(after.length > 0 && { after }) };
      }));
      const keys = await this.#store.write(values.map((value) => ({ type: "append", table: "drafts", value })));
      drafts = values.map((value, i) => ({ ...value, key: keys[i]! })); // one a value
    });
    if (outcome.kind === "not-kept") {
      this.pending.set(withChanged(this.pending.snapshot(), { gone: drafts }));
      for (const { draft } of drafts) this.#offers.tell(draft.id, outcome);
      return outcome;
    }
    const others = await this.#addedBefore(drafts);
    this.pending.set(withChanged(this.pending.snapshot(), { present: [...others, ...drafts] }));
    this.#newest = drafts.at(-1)?.key ?? this.#newest;
    return outcome;
  }

  /** What other tabs have added since, before these: they are to be offered first. */
  async #addedBefore(drafts: readonly PendingDraft[]): Promise<readonly PendingDraft[]> {
    const [from, to] = [this.#newest, drafts[0]?.key];
    let between: readonly Entry<"drafts">[] = [];
    // Where the store fails now, they are read as soon as it tells of them.
    await unlessFailed(async () =>
      between = await this.#store.list("drafts", { ...(from && { from }), ...(to && { to }) })
    );
    return between.filter(({ key }) => key !== from).map(({ key, value }) => inLife({ ...value, key }, this.#life));
  }

  #show(changed: readonly PendingDraft[], gone: readonly PendingDraft[]): void {
    const arrived = changed.filter((draft) => this.#hasArrived(draft));
    const present = changed.filter((draft) => !arrived.includes(draft)).map((draft) => inLife(draft, this.#life));
    this.pending.set(withChanged(this.pending.snapshot(), { present, gone: [...gone, ...arrived] }));
  }

  #hasArrived({ draft: { stream }, acked }: PendingDraft): boolean {
    return acked !== undefined && acked.incarnation === this.#life && acked.seq <= (this.#arrived.get(stream) ?? 0);
  }

  /** The client may have ended between storing an event and this. */
  async #learnArrived(stream: StreamId): Promise<void> {
    const held = await this.#store.get("streams", stream);
    const row = held ? undefined : await this.#store.get("rows", stream);
    const head = held?.head ?? row?.row?.head;
    if (head !== undefined) this.#arrived.set(stream, head);
  }

  async #delete(drafts: readonly PendingDraft[]): Promise<void> {
    // Where the store fails they are found again when it is read next.
    if (drafts.length > 0) await unlessFailed(() => this.#store.write(drafts.map(deletion)));
  }
}

const deletion = ({ key }: PendingDraft): Change => ({ type: "delete", table: "drafts", key: key! }); // it was stored
const replacement = ({ key, ...value }: PendingDraft): Change => ({ type: "put", table: "drafts", key: key!, value }); // as above
