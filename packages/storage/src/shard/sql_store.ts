/** A shard's schema as the store of its writer: a transaction of two round trips. @module */
import type { ShardNumber } from "@gatz/domain";
import type postgres from "postgres";
import type { NodeAddress } from "../nodes/contract.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { LanePool } from "../postgres/lane_pool.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { shardSchema } from "../schema/names.ts";
import type { FlushProgress } from "./flush.ts";
import type { Loaded, Wanted } from "./ground.ts";
import { findKnown, loadStates, lockFence, PREPARED, type Reading } from "./load_ground.ts";
import type { FlushTransaction, ShardStore, Written } from "./shard_store.ts";
import { statementsOf } from "./statements.ts";
import { type WriteStep, writeSteps } from "./write.ts";

export class SqlShardStore implements ShardStore {
  readonly #lanes: LanePool;
  readonly #reading: Omit<Reading, "sql">;

  constructor(shard: ShardNumber, lanes: LanePool) {
    this.#lanes = lanes;
    const schema = shardSchema(shard);
    this.#reading = { schema, statements: statementsOf(schema) };
  }

  transact<T>(work: (transaction: FlushTransaction) => Promise<T>, deadline: Deadline): Promise<T> {
    return this.#lanes.use((sql) => work(new SqlTransaction({ sql, ...this.#reading })), deadline);
  }
}

class SqlTransaction implements FlushTransaction {
  readonly #sql: Sql;
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#sql = reading.sql;
    this.#reading = reading;
  }

  async begin(wanted: Wanted): ReturnType<FlushTransaction["begin"]> {
    // Sent together, run in order. A query of postgres.js is sent when it is executed or awaited: BEGIN has to be first, or the lock on the
    // fence would be let go at once.
    const begun = this.#sql.unsafe("begin").execute();
    const held = lockFence(this.#reading);
    const [, fence, known, loaded] = await Promise.all([
      begun,
      held,
      findKnown(this.#reading, wanted.ids),
      loadStates(this.#reading, wanted),
    ]);
    return { fence, known, loaded };
  }

  load(wanted: Wanted): Promise<Loaded> {
    return loadStates(this.#reading, wanted);
  }

  async commit({ batch, projection, epoch, takenBy }: Written, progress: FlushProgress): Promise<void> {
    const { statements } = this.#reading;
    const steps = [...claimSteps(takenBy), ...writeSteps(batch, projection, { epoch })];
    progress.startCommit();
    const writes = steps.map(({ statement, parameters }) => {
      const write = this.#sql.unsafe(statements[statement], [...parameters], PREPARED).execute();
      write.catch((error) => progress.writeFailed(error));
      return write;
    });
    // After a statement that failed, COMMIT answers that it rolled back.
    const committing: Promise<postgres.RowList<postgres.Row[]>> = this.#sql.unsafe("commit").execute();
    const [committed] = await Promise.all([committing, ...writes]);
    if (committed.command !== "COMMIT") {
      throw progress.refused ?? new Error(`COMMIT was answered by ${committed.command}`);
    }
  }

  async rollback(): Promise<void> {
    await this.#sql.unsafe("rollback");
  }
}

/** Who takes a shard says who it is, for those who forward to it. */
function claimSteps(takenBy: NodeAddress | null): readonly WriteStep[] {
  return takenBy === null ? [] : [{ statement: "claim", parameters: [takenBy.node, takenBy.url] }];
}
