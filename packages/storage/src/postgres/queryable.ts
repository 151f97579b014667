import type postgres from "postgres";

/** How lanes read types that JavaScript has no exact one for: `bigint` columns stay below 2^53 and arrive as numbers. */
export interface PostgresTypes extends Record<string, unknown> {
  bigint: number;
}

/** Where statements about one shard are sent: a lane or a transaction on its server, and the shard's schema there. */
export interface Queryable {
  readonly sql: postgres.ISql<PostgresTypes>;
  readonly schema: string;
}
