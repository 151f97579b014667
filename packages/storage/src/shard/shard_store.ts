/** Where a writer's flushes go: the seam between its logic and SQL. @module */
import type { NodeAddress } from "../nodes/contract.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { Batch } from "./batch.ts";
import type { FlushProgress } from "./flush.ts";
import type { HeldFence, KnownEvents, Loaded, Wanted } from "./ground.ts";
import type { Projection } from "./project.ts";

/** One shard as its writer sees it. */
export interface ShardStore {
  /**
   * Gives the work a transaction on a connection of its own. Throws `ServerUnreachable`, `LaneLost`, `DeadlinePassed`, or what the work throws;
   * what the work left open is over then, unless its COMMIT was sent.
   */
  transact<T>(work: (transaction: FlushTransaction) => Promise<T>, deadline: Deadline): Promise<T>;
}

/** One READ COMMITTED transaction. Every call throws what Postgres or the connection throws. */
export interface FlushTransaction {
  /** Begins, waits for the fence and holds it from then on; what is read is read under it. One round trip. */
  begin(wanted: Wanted): Promise<{ readonly fence: HeldFence; readonly known: KnownEvents; readonly loaded: Loaded }>;
  /** More states, under the fence. */
  load(wanted: Wanted): Promise<Loaded>;
  /** Writes all of it and commits; notes in `progress` from when on only the COMMIT's answer tells, and whether a statement was refused before. */
  commit(written: Written, progress: FlushProgress): Promise<void>;
  rollback(): Promise<void>;
}

/** What one flush writes. */
export interface Written {
  readonly batch: Batch;
  readonly projection: Projection;
  /** The fence's from now on. */
  readonly epoch: number;
  /** Who takes the shard with it, to be read in the fence; null: nobody does. */
  readonly takenBy: NodeAddress | null;
}
