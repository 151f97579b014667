/** A shard's read marks and settings as maps: what is committed, and nothing else. */
import { type DiscussionId, type PersonalChange, type Rev, rev, type UserId } from "@gatz/domain";
import type { ChangesPage, OwnChanges, OwnedChange, PersonalRecords } from "@gatz/storage/contract";
import {
  type OwnedWish,
  recordKey,
  type Settled,
  type Standing,
} from "../../../packages/storage/src/personal/settle.ts";

export class SimPersonal {
  rev: Rev = rev(0);
  readonly records = new Map<string, OwnedChange>();
  /** Every change there ever was, in the order of the commits. */
  readonly history: OwnedChange[] = [];
  /** What was written though it must never be. */
  readonly breaches: string[] = [];

  /** One transaction: nobody else's comes between. */
  commit(wishes: readonly OwnedWish[], settle: (standing: Standing) => Settled): { before: Rev; settled: Settled } {
    const before = this.rev;
    const asked = new Set(wishes.map(({ user, wish }) => recordKey(user, wish)));
    const records = new Map<string, PersonalChange>();
    for (const [key, { change }] of this.records) if (asked.has(key)) records.set(key, change);
    const settled = settle({ rev: before, records });
    for (const owned of settled.changes) this.#write(owned);
    if (settled.rev < this.rev) this.breaches.push(`[READ1] the head ${settled.rev} is behind ${this.rev}`);
    this.rev = settled.rev;
    return { before, settled };
  }

  since(from: Rev, most: number): ChangesPage {
    const later = this.#sorted().filter(({ change }) => change.rev > from).slice(0, most);
    const last = later.length === most ? later.at(-1)?.change.rev : undefined;
    return { changes: later, upTo: last ?? rev(Math.max(from, this.rev)) };
  }

  sinceOf(user: UserId, from: Rev, most: number): OwnChanges {
    const later = this.#sorted().filter(({ user: whose, change }) => whose === user && change.rev > from).slice(
      0,
      most,
    );
    const last = later.length === most ? later.at(-1)?.change.rev : undefined;
    return { changes: later.map(({ change }) => change), upTo: last ?? rev(Math.max(from, this.rev)) };
  }

  of(user: UserId, discussions: readonly DiscussionId[]): PersonalRecords {
    const asked = new Set(discussions);
    const own = this.#sorted().filter(({ user: whose, change }) => whose === user && asked.has(change.discussion));
    return { asOf: this.rev, records: own.map(({ change }) => change) };
  }

  #write(owned: OwnedChange): void {
    const { user, change } = owned;
    const key = recordKey(user, change);
    const before = this.records.get(key)?.change;
    if (change.rev <= this.rev) this.breaches.push(`[READ1] rev ${change.rev} again, after ${this.rev}`);
    const isBack = change.type === "read" && before?.type === "read" &&
      (change.epoch < before.epoch || (change.epoch === before.epoch && change.seq <= before.seq));
    if (isBack) this.breaches.push(`[READ1] the mark of ${key} went back`);
    this.rev = change.rev;
    this.records.set(key, owned);
    this.history.push(owned);
  }

  #sorted(): OwnedChange[] {
    return [...this.records.values()].sort((a, b) => a.change.rev - b.change.rev);
  }
}
