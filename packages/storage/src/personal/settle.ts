/** What a batch of wishes comes to, on the records that stand. @module */
import {
  granted,
  type PersonalChange,
  type PersonalRecord,
  type PersonalWish,
  pinned,
  type Rev,
  rev,
  type UserId,
} from "@gatz/domain";
import type { OwnedChange } from "./contract.ts";

export interface OwnedWish {
  readonly user: UserId;
  readonly wish: PersonalWish;
}

/** The records that stand, and the shard's newest rev, both held against everybody else. */
export interface Standing {
  readonly rev: Rev;
  readonly records: ReadonlyMap<string, PersonalChange>;
}

export interface Settled {
  /** One a wish: what stands in the end. A record that was never set, and was not set now, has rev 0. */
  readonly answers: readonly PersonalChange[];
  /** The wishes with what they are about made sure, for when nobody knows whether they were committed. */
  readonly pinned: readonly OwnedWish[];
  /** To be written, in the order of their revs. */
  readonly changes: readonly OwnedChange[];
  /** The shard's newest rev with them. */
  readonly rev: Rev;
}

/** Names a record among those of a shard. */
export function recordKey(user: UserId, { type, discussion }: PersonalWish | PersonalRecord): string {
  return `${user} ${type === "setting" ? "setting" : "read"} ${discussion}`;
}

/** In the order of the wishes; what several of them change is changed once. */
export function settle(wishes: readonly OwnedWish[], { rev: before, records }: Standing): Settled {
  const changed = new Map<string, { readonly user: UserId; readonly record: PersonalRecord }>();
  const keys: string[] = [];
  const sure = wishes.map(({ user, wish }): OwnedWish => {
    const key = recordKey(user, wish);
    keys.push(key);
    const present = changed.get(key)?.record ?? records.get(key) ?? null;
    const pin = pinned(wish, present);
    const record = granted(pin, present);
    if (!isSame(record, present)) changed.set(key, { user, record });
    return { user, wish: pin };
  });
  const written = new Map<string, OwnedChange>();
  let newest = before;
  for (const [key, { user, record }] of changed) {
    newest = rev(newest + 1);
    written.set(key, { user, change: { ...record, rev: newest } });
  }
  return {
    answers: sure.map(({ wish }, i) => {
      const key = keys[i]!; // one a wish
      return written.get(key)?.change ?? records.get(key) ?? { ...granted(wish, null), rev: rev(0) };
    }),
    pinned: sure,
    changes: [...written.values()],
    rev: newest,
  };
}

/** A mark of nothing is as good as none. */
function isSame(record: PersonalRecord, present: PersonalRecord | null): boolean {
  return record === present || (present === null && record.type === "read" && record.epoch === 0 && record.seq === 0);
}
