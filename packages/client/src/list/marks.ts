/** The user's read marks and settings as the server told them: what stands there (READ1). @module */
import { type DiscussionId, type PersonalChange, type Rev, rev, unreachable } from "@gatz/domain";
import type { Change, Store } from "../store/contract.ts";
import type { MarkRecord } from "../store/records.ts";

export class Marks {
  readonly #records = new Map<DiscussionId, MarkRecord>();
  readonly #unwritten = new Set<DiscussionId>();
  /** The newest that was told of since the client was started. */
  #newest: Rev = rev(0);

  async load(store: Pick<Store, "list">): Promise<ReadonlyMap<DiscussionId, MarkRecord>> {
    // The keys of the table are discussions.
    for (const { key, value } of await store.list("marks")) this.#records.set(key as DiscussionId, value);
    return this.#records;
  }

  /** Whether it is newer than what was told before: only then it applies. */
  take(change: PersonalChange): boolean {
    const { discussion, type } = change;
    this.#newest = rev(Math.max(this.#newest, change.rev));
    const held = this.#records.get(discussion) ?? {};
    if (change.rev <= (held[type]?.rev ?? 0)) return false;
    this.#records.set(discussion, withChange(held, change));
    this.#unwritten.add(discussion);
    return true;
  }

  /** Whether a beat tells of more than has come: one was lost on the way. Then no setting is known to stand; marks only ever rise. */
  isBehind(told: Rev | undefined): boolean {
    if (told === undefined || told <= this.#newest) return false;
    this.#newest = told;
    for (const [discussion, { setting, ...rest }] of this.#records) {
      if (setting === undefined) continue;
      this.#records.set(discussion, rest);
      this.#unwritten.add(discussion);
    }
    return true;
  }

  drain(): Change[] {
    const changes = [...this.#unwritten].flatMap((key): Change[] => {
      const value = this.#records.get(key);
      if (value === undefined) return [];
      const rank = Math.max(value.read?.rev ?? 0, value.setting?.rev ?? 0, this.#newest);
      return [{ type: "put", table: "marks", key, value, rank }];
    });
    this.#unwritten.clear();
    return changes;
  }

  clear(): void {
    this.#records.clear();
    this.#unwritten.clear();
    this.#newest = rev(0);
  }
}

function withChange(record: MarkRecord, change: PersonalChange): MarkRecord {
  switch (change.type) {
    case "read": {
      const { epoch, seq, rev } = change;
      return { ...record, read: { epoch, seq, rev } };
    }
    case "setting":
      return { ...record, setting: { notify: change.notify, rev: change.rev } };
    default:
      return unreachable(change);
  }
}
