import type { DiscussionId, Rev, UserId } from "@gatz/domain";
import type { Deadline } from "../postgres/deadline.ts";
import type { ChangesPage, OwnChanges, PersonalRecords } from "./contract.ts";
import type { OwnedWish, Settled, Standing } from "./settle.ts";

/** One shard's personal records as they are stored. */
export interface PersonalStore {
  /**
   * One transaction: holds the shard's rev, so that commits come in the order of their revs, reads what stands of what the wishes are about,
   * and commits what `settle` makes of it. Throws what the connection throws; then nobody knows whether it was committed.
   */
  transact(
    wishes: readonly OwnedWish[],
    settle: (standing: Standing) => Settled,
    deadline: Deadline,
  ): Promise<{ readonly before: Rev; readonly settled: Settled }>;
  /** What was committed after a rev, by anybody, for anybody. This and the rest throw `ShardUnavailable`. */
  since(from: Rev): Promise<ChangesPage>;
  sinceOf(user: UserId, from: Rev, limit: number): Promise<OwnChanges>;
  of(user: UserId, discussions: readonly DiscussionId[]): Promise<PersonalRecords>;
}
