/** What an installation stores, table by table, read by no code of gatz's: an oracle for what a restore leaves. @module */
import { administer } from "@gatz/testing/test_database.ts";

interface Placed {
  readonly directory: string;
  readonly servers: Readonly<Record<string, string>>;
}

/** The key of each table, by which its rows are put in order. */
const SHARD_TABLES = {
  events: "position",
  streams: "id",
  stream_states: "id",
  members: `stream, "user", from_seq`,
  message_changes: "id",
  reactions: `message, emoji, "user"`,
  inbox: `"user", stream`,
  outbox: "id",
  reads_head: "id",
  reads: `"user", discussion`,
  settings: `"user", key`,
} as const;
const DIRECTORY_TABLES = { handles: "skeleton", homes: `"user"` } as const;

export type Fingerprints = Readonly<Record<string, { readonly rows: number; readonly md5: string | null }>>;

/** An md5 over every row, in order, of every table of every shard, and over their indexes, of what the directory holds beside the shard map. */
export async function fingerprints({ directory, servers }: Placed): Promise<Fingerprints> {
  const found: Record<string, { rows: number; md5: string | null }> = {};
  for (const url of new Set(Object.values(servers))) {
    await administer(url, async (sql) => {
      const schemas = await sql<{ name: string }[]>`
        select nspname as name from pg_namespace where nspname like 'gatz\\_s%' order by 1`;
      for (const { name } of schemas) {
        for (const [table, key] of Object.entries(SHARD_TABLES)) {
          found[`${name}.${table}`] = await md5(sql, { name, table, key });
        }
        const [indexes] = await sql<{ rows: number; md5: string | null }[]>`
          select count(*)::int as rows, md5(string_agg(indexdef, E'\\n' order by indexname)) as md5
          from pg_indexes where schemaname = ${name}`;
        found[`${name}.indexes`] = indexes!; // an aggregate has a row
        const [fence] = await sql<{ position: number }[]>`select position::int from ${sql(name)}.fence`;
        found[`${name}.fence`] = { rows: fence!.position, md5: null };
      }
    });
  }
  await administer(directory, async (sql) => {
    for (const [table, key] of Object.entries(DIRECTORY_TABLES)) {
      found[`gatz.${table}`] = await md5(sql, { name: "gatz", table, key });
    }
  });
  return found;
}

async function md5(
  sql: Parameters<Parameters<typeof administer>[1]>[0],
  { name, table, key }: { name: string; table: string; key: string },
): Promise<{ rows: number; md5: string | null }> {
  // A restored outbox does not know which effects were refused: they are offered again.
  const leftOut = table === "outbox" ? "code" : "";
  const [row] = await sql.unsafe<{ rows: number; md5: string | null }[]>(`
    select count(*)::int as rows, md5(string_agg((to_jsonb(t) - '${leftOut}')::text, E'\\n' order by ${key})) as md5
    from "${name}"."${table}" t`);
  return row!; // an aggregate has a row
}
