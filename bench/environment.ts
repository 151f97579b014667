/** What is measured: an embedded PostgreSQL of its own with fsync on, and a server process on it. */
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@gatz/storage/embedded";
import postgres from "postgres";
import { type Running, startChild } from "./child.ts";
import { throwawaySecrets } from "./secrets.ts";

const SERVER = new URL("./server.ts", import.meta.url);
export const SHARDS = 16;

export interface Database extends AsyncDisposable {
  readonly url: string;
  /** What a process needs to open it as gatz does: where it is, and the secrets its data was made with. */
  readonly env: Readonly<Record<string, string>>;
  /** For what is done to it: freezing, killing. */
  readonly postgres: EmbeddedPostgres;
  /** Starts it again on its data and port after it was killed. */
  restart(): Promise<void>;
  /** Runs a statement, for what only the database can tell. */
  query(statement: string): Promise<readonly Record<string, unknown>[]>;
}

export async function startDatabase(): Promise<Database> {
  const folder = await Deno.makeTempDir({ prefix: "gatz-bench-" });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  // PostgreSQL may run under another account, which has to pass through here.
  await Deno.chmod(folder, 0o755);
  const options = { dataDir: `${folder}/postgres`, password: crypto.randomUUID() };
  let server = await startEmbeddedPostgres(options);
  const { url, port } = server;
  parts.defer(() => server.stop());
  const running = parts.move();
  return {
    url,
    env: { ...throwawaySecrets(), DATABASE_URL: url, GATZ_SHARDS: String(SHARDS) },
    get postgres() {
      return server;
    },
    async restart() {
      await server.stop();
      server = await startEmbeddedPostgres({ ...options, port });
    },
    async query(statement) {
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      try {
        return await sql.unsafe(statement);
      } finally {
        await sql.end();
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export interface Server extends AsyncDisposable {
  readonly http: string;
  /** Where tRPC speaks over WebSocket. */
  readonly ws: string;
  readonly shards: number;
  readonly process: Running<unknown>;
}

/** Where a server is and how many shards it has: what a load generator is told. */
export type Target = Pick<Server, "http" | "ws" | "shards">;

export interface ServerOptions {
  /** More of the server's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts gatz on a database, in a process of its own. */
export async function startServer(database: Database, options: ServerOptions = {}): Promise<Server> {
  const child = await startChild<{ url: string }>(SERVER, {
    args: [],
    env: { GATZ_PORT: "0", ...database.env, ...options.env },
  });
  const http = child.ready.url;
  return {
    http,
    ws: `${http.replace("http", "ws")}/trpc`,
    shards: SHARDS,
    process: child,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** What of a server goes into a load generator's plan. */
export function targetOf({ http, ws, shards }: Target): Target {
  return { http, ws, shards };
}

/** A statement over one table of every shard. */
export function overShards(table: string, select: (qualified: string) => string): string {
  return Array.from({ length: SHARDS }, (_, n) => select(`gatz_s${String(n).padStart(4, "0")}.${table}`)).join(
    " union all ",
  );
}

const EFFECTS_MS = 60_000;

/** Resolves when every effect of what was done has arrived: until then the server is busy with it. */
export async function settled(database: Database): Promise<void> {
  const waiting = overShards("outbox", (outbox) => `select count(*) n from ${outbox} where code is null`);
  for (const deadline = performance.now() + EFFECTS_MS; performance.now() < deadline;) {
    const [row] = await database.query(`select sum(n)::int as n from (${waiting}) t`);
    if (row!.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`effects still wait after ${EFFECTS_MS / 1_000} s`);
}

/** Events in all logs, and the flushes that wrote them: all events of one flush carry its transaction's id. */
export async function countFlushes(database: Database): Promise<{ events: number; flushes: number }> {
  const counts = overShards("events", (events) => `select count(*) e, count(distinct xmin::text) f from ${events}`);
  const [row] = await database.query(`select sum(e)::int as events, sum(f)::int as flushes from (${counts}) t`);
  return { events: Number(row!.events), flushes: Number(row!.flushes) };
}
