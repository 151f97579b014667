/** The log's indexes while a restore fills it: made at once they cost half of what they do row by row. @module */
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_INDEXES } from "../schema/shard_migrations.ts";

/** Within the transaction of the log's first events: so a log without indexes is one that is still to be folded. */
export async function dropIndexes({ sql, schema }: Queryable): Promise<void> {
  await sql.unsafe(`drop index if exists ${Object.keys(EVENT_INDEXES).map((name) => `"${schema}".${name}`).join()}`);
}

/** Makes those that are missing, within a transaction. */
export async function makeIndexes({ sql, schema }: Queryable): Promise<void> {
  await sql`select set_config('search_path', ${schema}, true)`;
  for (const statement of Object.values(EVENT_INDEXES)) await sql.unsafe(statement);
}
