import type postgres from "postgres";
import type { SchemaName } from "../schema/names.ts";

/** How lanes read types that JavaScript has no exact one for: `bigint` columns stay below 2^53 and arrive as numbers. */
export interface PostgresTypes extends Record<string, unknown> {
  bigint: number;
}

/**
 * Where statements about one shard are sent: a connection to its server, and the shard's schema there. Statements issued together
 * are pipelined, and run one after the other.
 */
export interface Queryable {
  readonly sql: postgres.ISql<PostgresTypes>;
  readonly schema: SchemaName;
}
