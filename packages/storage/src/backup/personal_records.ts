/** Users' own records (LOG1) in a backup: rows of `reads` and `settings`, none of which goes beyond the cut. @module */
import { type DiscussionId, idToUuid, type ShardNumber, shardOf, type UserId, uuidToId } from "@gatz/domain";
import { settingOf } from "../personal/rows.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { seenKey, type Sight } from "../verify/elsewhere.ts";
import type { StoredRecord } from "../verify/personal.ts";
import type { ShardTarget } from "./load_events.ts";

export const PERSONAL_KINDS = ["reads", "settings"] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

const COLUMNS = {
  reads: ["user", "discussion", "epoch", "seq", "rev"],
  settings: ["user", "key", "value", "rev"],
} as const;
const KEYS = { reads: { key: "discussion", type: "uuid" }, settings: { key: "key", type: "text" } } as const;
const PAGE = 5_000;

/** What a row of either table is in a file. */
export function recordOfLine(of: PersonalKind, line: string): StoredRecord {
  // This program wrote it, or the file's checksum would not be right.
  return { of, ...JSON.parse(line) } as StoredRecord;
}

export interface PersonalPages {
  readonly of: PersonalKind;
  /** The shard's newest rev at a moment before the cut: what is not newer goes no further than that. */
  readonly before: number;
  /** How far each of these users saw at the cut; absent for who was no member yet. */
  readonly headsAtCut: (sights: readonly Sight[]) => Promise<ReadonlyMap<string, number>>;
}

/** How far a shard's records have come. */
export async function readRev({ sql, schema }: Queryable): Promise<number> {
  const [head] = await sql<{ rev: number }[]>`select rev from ${sql(schema)}.reads_head`;
  if (head === undefined) throw new Error(`${schema} has no head of its reads`);
  return head.rev;
}

/**
 * All of a shard's records of a kind, as JSON texts, page by page in the order of their keys, each once. A mark stays where it is only until
 * it is moved, so what was marked while the backup is made is cut to what its user saw at the cut, and what is not in that is left out.
 */
export async function* readPersonalPages(q: Queryable, pages: PersonalPages): AsyncGenerator<string[]> {
  const { of, before } = pages;
  const table = q.sql(`${q.schema}.${of}`);
  const [key, type, columns] = [q.sql(KEYS[of].key), q.sql(KEYS[of].type), q.sql([...COLUMNS[of]])];
  let last: { user: string; key: string } | null = null;
  for (;;) {
    // As the primary key has it, or each page would go through all before it.
    const after = last === null
      ? q.sql`true`
      : q.sql`("user", ${key}) > (${last.user}::uuid, ${last.key}::text::${type})`;
    const rows: { user: string; key: string; rev: number; record: string }[] = await q.sql<
      { user: string; key: string; rev: number; record: string }[]
    >`
      select "user", ${key}::text as key, rev, to_jsonb(page)::text as record
      from (
        select ${columns} from ${table} where ${after} order by "user", ${key} limit ${PAGE}
      ) page`;
    if (rows.length === 0) return;
    const news = rows.filter(({ rev }) => rev > before).map(({ record }) => recordOfLine(of, record));
    const fitting = new Map((await cutTo(news, pages)).map((record) => [record.rev, record]));
    yield rows.flatMap(({ rev, record }) => {
      if (rev <= before) return [record];
      const cut = fitting.get(rev);
      return cut === undefined ? [] : [lineOf(cut)];
    });
    last = rows.at(-1)!; // it is not empty
  }
}

async function cutTo(records: readonly StoredRecord[], { headsAtCut }: PersonalPages): Promise<StoredRecord[]> {
  const about = records.flatMap((record) => {
    const discussion = discussionOf(record);
    return discussion === null ? [] : [{ record, user: uuidToId("user", record.user), discussion }];
  });
  const heads = about.length === 0 ? new Map<string, number>() : await headsAtCut(about);
  return about.flatMap(({ record, ...sight }): StoredRecord[] => {
    const head = heads.get(seenKey(sight));
    if (head === undefined) return [];
    return record.of === "reads" ? [{ ...record, seq: Math.min(record.seq, head) }] : [record];
  });
}

function discussionOf(record: StoredRecord): DiscussionId | null {
  if (record.of === "reads") return uuidToId("disc", record.discussion);
  return settingOf(record.key, record.value)?.discussion ?? null;
}

function lineOf({ of: _, ...row }: StoredRecord): string {
  return JSON.stringify(row);
}

/** Where a discussion's shard is asked, and the position up to which it is in the backup. */
export type CutOf = (shard: ShardNumber) => { readonly q: Queryable; readonly position: number };

/** How far users saw at the cut. */
export async function headsAtCut(cutOf: CutOf, sights: readonly Sight[]): Promise<ReadonlyMap<string, number>> {
  const heads = new Map<string, number>();
  for (const [shard, here] of Map.groupBy(sights, ({ discussion }) => shardOf(discussion))) {
    const { q, position } = cutOf(shard);
    for (const { user, discussion, head } of await selectHeads(q, here, position)) {
      heads.set(seenKey({ user: uuidToId("user", user), discussion: uuidToId("disc", discussion) }), head);
    }
  }
  return heads;
}

function selectHeads({ sql, schema }: Queryable, sights: readonly Sight[], position: number) {
  const here = sql(schema);
  const ids = (of: (sight: Sight) => UserId | DiscussionId) => sights.map((sight) => idToUuid(of(sight)));
  return sql<{ user: string; discussion: string; head: number }[]>`
    select m."user", m.stream as discussion,
      max(case when m.left_position <= ${position} then m.left_seq else h.seq end) as head
    from unnest(${ids(({ user }) => user)}::uuid[], ${ids(({ discussion }) => discussion)}::uuid[])
      as sight("user", discussion)
    join ${here}.members m on m.stream = sight.discussion and m."user" = sight."user" and m.joined_position <= ${position}
    cross join lateral (
      select seq from ${here}.events where stream = m.stream and position <= ${position} order by seq desc limit 1
    ) h
    group by m."user", m.stream`;
}

/** Puts records back into an empty shard, and moves its head with them; those that are there already are left as they are. */
export async function writePersonalRecords(
  { sql, schema }: ShardTarget,
  of: PersonalKind,
  records: readonly string[],
): Promise<void> {
  const [table, columns] = [sql(`${schema}.${of}`), sql([...COLUMNS[of]])];
  await sql.begin(async (transaction) => {
    await transaction`
      insert into ${table} (${columns})
      select ${columns} from jsonb_populate_recordset(null::${table}, ${`[${records.join()}]`}::text::jsonb)
      on conflict do nothing`;
    await transaction`
      update ${sql(schema)}.reads_head set rev = greatest(rev, (select coalesce(max(rev), 0) from ${table}))`;
  });
}
