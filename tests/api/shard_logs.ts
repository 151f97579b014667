/** What the shards hold, read by plain SQL. @module */
import { administer, type TestDatabase } from "@gatz/testing/test_database.ts";
import type postgres from "postgres";

/** Shard → how many events its log holds, and the newest position. Equal before and after means that nothing was written. */
export function logPositions(database: TestDatabase): Promise<ReadonlyMap<number, string>> {
  return ofEachShard(database, async (sql, schema) => {
    const [row] = await sql`select count(*) as events, max(position) as at from ${schema}.events`;
    return `${row?.["events"]} events, position ${row?.["at"]}`;
  });
}

const POLL_MS = 20;
const PATIENCE_MS = 10_000;

/** Waits until no effect is on its way any more. */
export async function effectsDelivered(database: TestDatabase): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const waiting = await ofEachShard(database, async (sql, schema) => {
      const [row] = await sql`select count(*)::int as waiting from ${schema}.outbox where code is null`;
      return Number(row?.["waiting"]);
    });
    if ([...waiting.values()].every((count) => count === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`effects are still waiting after ${PATIENCE_MS} ms`);
}

type Identifier = ReturnType<postgres.Sql>;

async function ofEachShard<T>(
  { servers, shards }: TestDatabase,
  ask: (sql: postgres.Sql, schema: Identifier) => Promise<T>,
): Promise<ReadonlyMap<number, T>> {
  const found = new Map<number, T>();
  for (const name of ["a", "b"] as const) {
    await administer(servers[name], async (sql) => {
      for (const [shard, server] of shards) {
        if (server !== name) continue;
        found.set(shard, await ask(sql, sql(`gatz_s${String(shard).padStart(4, "0")}`) as unknown as Identifier));
      }
    });
  }
  return found;
}
