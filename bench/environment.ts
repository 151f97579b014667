/** What is measured: an embedded PostgreSQL of its own with fsync on, and a server process on it. */
import { startEmbeddedPostgres } from "@gatz/storage/embedded";
import postgres from "postgres";
import { startChild } from "./child.ts";

const SERVER = new URL("./server.ts", import.meta.url);
export const SHARDS = 16;

export interface Database extends AsyncDisposable {
  readonly url: string;
  /** Runs a statement, for what only the database can tell. */
  query(statement: string): Promise<readonly Record<string, unknown>[]>;
}

export async function startDatabase(): Promise<Database> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-bench-" });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  const server = await startEmbeddedPostgres({ dataDir: `${folder}/postgres`, password: crypto.randomUUID() });
  parts.defer(() => server.stop());
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  parts.defer(() => sql.end());
  const running = parts.move();
  return {
    url: server.url,
    query: (statement) => sql.unsafe(statement),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export interface Server extends AsyncDisposable {
  readonly http: string;
  /** Where tRPC speaks over WebSocket. */
  readonly ws: string;
  readonly shards: number;
}

/** Starts gatz on a database, in a process of its own. */
export async function startServer(database: Database): Promise<Server> {
  const child = await startChild<{ url: string }>(SERVER, {
    args: [],
    env: { DATABASE_URL: database.url, GATZ_SHARDS: String(SHARDS) },
  });
  const http = child.ready.url;
  return {
    http,
    ws: `${http.replace("http", "ws")}/trpc`,
    shards: SHARDS,
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

/** A statement over one table of every shard. */
export function overShards(table: string, select: (qualified: string) => string): string {
  return Array.from({ length: SHARDS }, (_, n) => select(`gatz_s${String(n).padStart(4, "0")}.${table}`)).join(
    " union all ",
  );
}

/** Events in all logs, and the flushes that wrote them: all events of one flush carry its transaction's id. */
export async function countFlushes(database: Database): Promise<{ events: number; flushes: number }> {
  const counts = overShards("events", (events) => `select count(*) e, count(distinct xmin::text) f from ${events}`);
  const [row] = await database.query(`select sum(e)::int as events, sum(f)::int as flushes from (${counts}) t`);
  return { events: Number(row!.events), flushes: Number(row!.flushes) };
}
