/** Brings what an older fold stored to this node's (LOG7): from the log, which does not change. @module */
import { FOLD_VERSION } from "@gatz/domain";
import { refoldWithin } from "../backup/refold.ts";
import type { Sql } from "../postgres/sql_client.ts";
import type { SchemaName } from "./names.ts";

/** All that is computed from the log, but for the outbox: what effects are still to be delivered does not depend on the fold. */
const FOLDED = ["streams", "stream_states", "members", "message_changes", "reactions", "inbox"] as const;

/** Those of the shards whose projections an older fold wrote. A newer one's are left as they are, and may not be written. */
export async function staleShards(sql: Sql, schemas: readonly SchemaName[]): Promise<readonly SchemaName[]> {
  if (schemas.length === 0) return [];
  const asked = schemas.map((schema) => sql`select ${schema} as schema, fold_version from ${sql(schema)}.fence`);
  const found = await sql<{ schema: SchemaName; fold_version: number }[]>`${
    asked.reduce((all, one) => sql`${all} union all ${one}`)
  }`;
  return found.filter(({ fold_version }) => fold_version < FOLD_VERSION).map(({ schema }) => schema);
}

/**
 * Folds a shard's whole log anew, in one transaction that holds its fence; readers see the old projections until then. The epoch is raised,
 * so that a node that still writes with an older fold stops.
 */
export async function refoldStale(client: Sql, schema: SchemaName): Promise<void> {
  await client.begin(async (sql) => {
    const here = sql(schema);
    await sql`select 1 from ${here}.fence for update`;
    for (const table of FOLDED) await sql`delete from ${here}.${sql(table)}`;
    await refoldWithin({ sql, schema }, { onEvents: () => {}, withEffects: false });
    await sql`update ${here}.fence set fold_version = ${FOLD_VERSION}, epoch = epoch + 1`;
  });
}
