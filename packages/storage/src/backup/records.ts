/** What a backup holds beside events: everything that the directory stores and no log says. @module */
import type { AdminSql } from "./admin.ts";
import type { DirectoryKind } from "./format.ts";
import { DIRECTORY_SCHEMA } from "../schema/names.ts";

/**
 * The list that a later issue adds to, one line a table of the directory. Not in it: sessions (a restore logs nobody in whom somebody has
 * logged out since), the shard map (where shards live is the new installation's business), outboxes (computed from the log).
 */
export const RECORDS: Readonly<Record<DirectoryKind, { readonly key: string; readonly columns: readonly string[] }>> = {
  handles: { key: "skeleton", columns: ["skeleton", "handle", "user", "free_at", "former", "former_until"] },
  homes: { key: "user", columns: ["user", "home", "past"] },
};

export const DIRECTORY_KINDS = Object.keys(RECORDS) as DirectoryKind[]; // its keys

const PAGE = 5_000;

/** All records of a kind, as JSON texts, page by page in the order of their keys. */
export async function* readRecords(directory: AdminSql, of: DirectoryKind): AsyncGenerator<string[]> {
  const { key, columns } = RECORDS[of];
  const [table, by] = [directory(`${DIRECTORY_SCHEMA}.${of}`), directory(key)];
  let last: string | null = null;
  for (;;) {
    const rows: { key: string; record: string }[] = await directory<{ key: string; record: string }[]>`
      select ${by}::text as key, to_jsonb(page)::text as record
      from (select ${directory([...columns])} from ${table}
        where ${
      last === null ? directory`true` : directory`${by}::text > ${last}`
    } order by ${by}::text limit ${PAGE}) page
      order by 1`;
    if (rows.length === 0) return;
    yield rows.map(({ record }) => record);
    last = rows.at(-1)!.key; // it is not empty
  }
}

/** Puts records back; those that are there already are left as they are. */
export async function writeRecords(directory: AdminSql, of: DirectoryKind, records: readonly string[]): Promise<void> {
  const table = directory(`${DIRECTORY_SCHEMA}.${of}`);
  await directory`
    insert into ${table} select * from jsonb_populate_recordset(null::${table}, ${`[${records.join()}]`}::text::jsonb)
    on conflict do nothing`;
}
