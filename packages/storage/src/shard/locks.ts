/** The session-level advisory locks on the shards of one server. @module */
import type { ShardNumber } from "@gatz/domain";
import { deadlineIn } from "../postgres/deadline.ts";
import { Lane, type LaneOptions } from "../postgres/lane.ts";

/** One session on a shard server. Its locks are gone with it. */
export interface LockSession {
  readonly isOpen: boolean;
  /** Resolves when the session is gone. */
  readonly closed: Promise<void>;
  /** Those of the shards whose locks were to be had; they are held from now on. Asking for none finds out whether the session is still there. */
  take(shards: readonly ShardNumber[]): Promise<readonly ShardNumber[]>;
  giveBack(shards: readonly ShardNumber[]): Promise<void>;
  destroy(): void;
}

// The first key of the locks; the second is the shard's number.
export const LOCK_CLASS = 0x6761747a;
const ANSWER_MS = 2_000;

/** Connects; throws as `Lane.open` does. */
export async function openLocks(options: LaneOptions): Promise<LockSession> {
  return new SqlLockSession(await Lane.open(options));
}

class SqlLockSession implements LockSession {
  constructor(private readonly lane: Lane) {}

  get isOpen(): boolean {
    return this.lane.isOpen;
  }

  get closed(): Promise<void> {
    return this.lane.closed;
  }

  async take(shards: readonly ShardNumber[]): Promise<readonly ShardNumber[]> {
    const rows = await this.lane.run(
      (sql) =>
        sql<{ shard: ShardNumber; got: boolean }[]>`
          select shard, pg_try_advisory_lock(${LOCK_CLASS}, shard) as got from unnest(${[...shards]}::int4[]) shard`,
      deadlineIn(ANSWER_MS),
    );
    return rows.filter(({ got }) => got).map(({ shard }) => shard);
  }

  async giveBack(shards: readonly ShardNumber[]): Promise<void> {
    await this.lane.run(
      (sql) => sql`select pg_advisory_unlock(${LOCK_CLASS}, shard) from unnest(${[...shards]}::int4[]) shard`,
      deadlineIn(ANSWER_MS),
    );
  }

  destroy(): void {
    this.lane.destroy();
  }
}
