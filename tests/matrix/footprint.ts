/** What there is in the databases, past the server: that a refusal has changed nothing is seen here. @module */
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";

/** Tables that change only together with their fence's position; and those that are large are among them. */
const FOLLOW_THE_FENCE: ReadonlySet<string> = new Set([
  ...["events", "streams", "stream_states", "members", "message_changes", "reactions", "inbox"],
]);

const SETTLED_MS = 20_000;

export interface Footprint extends AsyncDisposable {
  /** A text that differs whenever anything was written: fences' positions, and every row of what does not follow them. */
  now(): Promise<string>;
  /** The same, once no effect is on its way any more. */
  settled(): Promise<string>;
}

/** Of an installation whose shards and directory are in one database. */
export async function footprintOf(url: string): Promise<Footprint> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const tables = await sql<{ schema: string; name: string }[]>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_schema ~ '^gatz' and table_type = 'BASE TABLE' order by 1, 2`;
  const watched = tables.filter(({ name }) => !FOLLOW_THE_FENCE.has(name));
  const all = watched.map(({ schema, name }) =>
    `select '${schema}.${name} ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as part from "${schema}"."${name}" t`
  ).join(" union all ");
  const waiting = watched.filter(({ name }) => name === "outbox").map(({ schema }) =>
    `select 1 from "${schema}".outbox where code is null`
  ).join(" union all ");
  const now = async () => (await sql.unsafe<{ part: string }[]>(all)).map(({ part }) => part).join("\n");
  return {
    now,
    async settled() {
      for (const deadline = Date.now() + SETTLED_MS; Date.now() < deadline; await delay(5)) {
        // Effects of effects are written with their cause's acceptance, before its own row goes: none waiting is all settled.
        if ((await sql.unsafe(`${waiting} limit 1`)).length === 0) return await now();
      }
      throw new Error(`effects were on their way for ${SETTLED_MS} ms`);
    },
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
