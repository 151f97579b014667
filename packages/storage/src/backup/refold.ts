/** Computes a shard's projections from its log alone. @module */
import type { Queryable } from "../postgres/queryable.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { SortedRows } from "../verify/sorted_rows.ts";
import { makeIndexes } from "./event_indexes.ts";
import { insertRows, type TableName } from "./insert.ts";
import type { ShardTarget } from "./load_events.ts";
import { StreamFold, type StreamRows } from "./stream_fold.ts";

/** Rows that are inserted together. */
const ROWS = 2_000;

type LogRow = EventRow & { readonly position: number };

/** Whether a shard's projections are there. They come in one transaction: all, or none. */
export async function isFolded({ sql, schema }: ShardTarget): Promise<boolean> {
  const rows = await sql`select 1 from ${sql(schema)}.streams limit 1`;
  return rows.length > 0;
}

/**
 * Makes the log's indexes, folds every stream of a shard, one after the other, and writes what its writer would have written; effects all go to the outbox, which
 * is harmless for those that have arrived (ID1). Holds one stream's messages in memory at a time.
 * @param onEvents called with how many more were folded
 */
export async function refold(target: ShardTarget, onEvents: (events: number) => void): Promise<void> {
  await target.sql.begin(async (sql) => {
    const q = { sql, schema: target.schema };
    await makeIndexes(q);
    await refoldWithin(q, { onEvents, withEffects: true });
  });
}

/** {@link refold}, within a transaction. */
export async function refoldWithin(
  q: Queryable,
  { onEvents, withEffects }: { onEvents: (events: number) => void; withEffects: boolean },
): Promise<void> {
  const rows = new Gathered(q);
  const log = await SortedRows.open<LogRow>(q, {
    name: "refold_events",
    query: q.sql`select e.position, ${eventColumns(q)} from ${q.sql(q.schema)}.events e order by e.stream, e.seq`,
  });
  for (let uuid = log.stream; uuid !== undefined; uuid = log.stream) {
    const fold = new StreamFold();
    for (let page = await log.some(uuid); page.length > 0; page = await log.some(uuid)) {
      for (const row of page) fold.take(eventOf(row), row.position);
      onEvents(page.length);
    }
    const folded = fold.rows();
    await rows.add(withEffects ? folded : { ...folded, outbox: [] });
  }
  await rows.flush();
}

/** Tells the planner what is there now: it would find out by itself a minute later, and until then plan for empty tables. */
export async function analyze({ sql, schema }: ShardTarget): Promise<void> {
  for (const table of ["events", ...TABLES]) await sql`analyze ${sql(schema)}.${sql(table)}`;
}

/** Rows of many streams, inserted when they are many. */
class Gathered {
  #rows: { [Table in keyof StreamRows]: StreamRows[Table][number][] } = none();

  constructor(readonly q: Queryable) {}

  async add(more: StreamRows): Promise<void> {
    let most = 0;
    for (const table of TABLES) {
      // The same table's rows on both sides, which the compiler can't see through a union of tables.
      const rows = this.#rows[table] as unknown[];
      for (const row of more[table]) rows.push(row);
      most = Math.max(most, rows.length);
    }
    if (most >= ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = none();
    await Promise.all([
      insertRows(this.q, "streams", rows.streams),
      insertRows(this.q, "stream_states", rows.stream_states),
      insertRows(this.q, "members", rows.members),
      insertRows(this.q, "message_changes", rows.message_changes),
      insertRows(this.q, "reactions", rows.reactions),
      insertRows(this.q, "inbox", rows.inbox),
      insertRows(this.q, "outbox", rows.outbox),
    ]);
  }
}

const TABLES = [
  "streams",
  "stream_states",
  "members",
  "message_changes",
  "reactions",
  "inbox",
  "outbox",
] as const satisfies readonly TableName[];

function none() {
  return {
    ...{ streams: [], stream_states: [], members: [], message_changes: [], reactions: [], inbox: [], outbox: [] },
  };
}

/** What one stream's rows come to, written at once: for a stream that is put in by itself. */
export async function insertStream(q: Queryable, rows: StreamRows): Promise<void> {
  const gathered = new Gathered(q);
  await gathered.add(rows);
  await gathered.flush();
}
