/** A user's own records that are no events (LOG1): read marks and settings, kept on the user's shard. @module */
import type { DiscussionId, PersonalChange, PersonalWish, Rev, ShardNumber, UserId } from "@gatz/domain";

/** A change, and whose it is. */
export interface OwnedChange {
  readonly user: UserId;
  readonly change: PersonalChange;
}

/** Changes of one shard's records, in the order of their revs: of each record the newest. */
export interface ChangesPage {
  readonly changes: readonly OwnedChange[];
  /** All that was committed up to here is in this page or the ones before it. */
  readonly upTo: Rev;
}

/** One user's changes, likewise. */
export interface OwnChanges {
  readonly changes: readonly PersonalChange[];
  readonly upTo: Rev;
}

export interface PersonalRecords {
  /** The shard's newest rev in the snapshot. */
  readonly asOf: Rev;
  /** In no order; what was never set is absent. */
  readonly records: readonly PersonalChange[];
}

/** The part of storage that keeps them. Every method throws `ShardUnavailable` when the user's shard does not answer. */
export interface PersonalStorage {
  /**
   * Commits what one user wants, together, and answers each wish with the record that then stands: a stale one changes nothing. Any node
   * may do it for any user; done again, it changes nothing. Throws `ShardUnavailable` also when too many wait.
   */
  setPersonal(user: UserId, wishes: readonly PersonalWish[], options: { deadlineMs: number }): Promise<
    readonly PersonalChange[]
  >;
  personalOf(user: UserId, discussions: readonly DiscussionId[]): Promise<PersonalRecords>;
  /** What of a user's records changed after a rev, oldest first, at most so many. */
  personalSince(user: UserId, from: Rev, limit: number): Promise<OwnChanges>;
  /** Everything that is committed after `from`, whichever node does it; live at the end. */
  followPersonal(shard: ShardNumber, from: Rev, signal: AbortSignal): AsyncIterable<ChangesPage>;
}
