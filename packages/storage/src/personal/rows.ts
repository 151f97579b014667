/** The tables `reads` and `settings` of one shard. @module */
import {
  type DiscussionId,
  idToUuid,
  NOTIFY_LEVELS,
  type NotifyLevel,
  parseId,
  type PersonalChange,
  type Rev,
  rev,
  seq,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { ChangesPage, OwnChanges, OwnedChange, PersonalRecords } from "./contract.ts";

/** A row of either table: of a setting `key` and `value`, of a mark the rest. */
export interface PersonalRow {
  readonly user: string;
  readonly rev: number;
  readonly discussion: string | null;
  readonly epoch: number | null;
  readonly seq: number | null;
  readonly key: string | null;
  readonly value: unknown;
}

/** With the shard's newest rev; a row of nulls if there are no others. */
type HeadedRow = { readonly head: number } & (PersonalRow | { readonly user: null });

const NOTIFY = "notify:";

/** What a setting is called in its table. */
export function settingKey(discussion: DiscussionId): string {
  return NOTIFY + discussion;
}

/** The discussion that a setting is about; null: no setting that this version knows. */
export function settingOf(key: string, value: unknown): { discussion: DiscussionId; notify: NotifyLevel } | null {
  if (!key.startsWith(NOTIFY)) return null;
  const parsed = parseId("disc", key.slice(NOTIFY.length));
  const notify = NOTIFY_LEVELS.find((level) => level === value);
  return parsed.ok && notify !== undefined ? { discussion: parsed.id, notify } : null;
}

/** The columns of a {@link PersonalRow}, of both tables. */
function personalRows({ sql, schema }: Queryable, where: ReturnType<typeof sql>) {
  const here = sql(schema);
  return sql`
    select "user", rev, discussion, epoch, seq, null::text as key, null::jsonb as value from ${here}.reads where ${where}
    union all
    select "user", rev, null, null, null, key, value from ${here}.settings where ${where}`;
}

/** Null for a setting that only a newer version knows. */
export function changeOf(row: PersonalRow): PersonalChange | null {
  const at = rev(row.rev);
  if (row.key !== null) {
    const setting = settingOf(row.key, row.value);
    return setting === null ? null : { type: "setting", ...setting, rev: at };
  }
  const discussion = uuidToId("disc", row.discussion!); // a row of `reads`, which has all three
  return { type: "read", discussion, epoch: row.epoch!, seq: seq(row.seq!), rev: at };
}

function ownedOf(row: PersonalRow): OwnedChange[] {
  const change = changeOf(row);
  return change === null ? [] : [{ user: uuidToId("user", row.user), change }];
}

/** What was committed after a rev, by whomever. */
export async function readSince(q: Queryable, from: Rev, limit: number): Promise<ChangesPage> {
  const rows = await selectPage(q, { where: q.sql`rev > ${from}`, limit });
  return { changes: rows.flatMap((row) => row.user === null ? [] : ownedOf(row)), upTo: upTo(rows, { from, limit }) };
}

/** As {@link readSince}, of one user. */
export async function readSinceOf(
  q: Queryable,
  user: UserId,
  { from, limit }: { from: Rev; limit: number },
): Promise<OwnChanges> {
  const rows = await selectPage(q, { where: q.sql`"user" = ${idToUuid(user)} and rev > ${from}`, limit });
  return {
    changes: rows.flatMap((row) => (row.user === null ? null : changeOf(row)) ?? []),
    upTo: upTo(rows, { from, limit }),
  };
}

// One statement: the head is that of the rows' snapshot. What stands after a rev is all that has to be known of what happened since.
function selectPage(
  q: Queryable,
  { where, limit }: { where: ReturnType<Queryable["sql"]>; limit: number },
): Promise<HeadedRow[]> {
  return q.sql<HeadedRow[]>`
    select h.rev as head, c.*
    from ${q.sql(q.schema)}.reads_head h
    left join (select * from (${personalRows(q, where)}) both_tables order by rev limit ${limit}) c on true
    order by c.rev`;
}

function upTo(rows: readonly HeadedRow[], { from, limit }: { from: Rev; limit: number }): Rev {
  const last = rows.at(-1);
  if (last === undefined) throw new Error("the shard has no head of its reads");
  return last.user !== null && rows.length === limit ? rev(last.rev) : rev(Math.max(from, last.head));
}

/** A user's records about some discussions. */
export async function readPersonal(
  q: Queryable,
  user: UserId,
  discussions: readonly DiscussionId[],
): Promise<PersonalRecords> {
  const { sql } = q;
  const [here, me] = [sql(q.schema), idToUuid(user)];
  const rows = await sql<HeadedRow[]>`
    select h.rev as head, c.*
    from ${here}.reads_head h
    left join (
      select "user", rev, discussion, epoch, seq, null::text as key, null::jsonb as value from ${here}.reads
      where "user" = ${me} and discussion = any(${plainArray(discussions.map(idToUuid))}::text::uuid[])
      union all
      select "user", rev, null, null, null, key, value from ${here}.settings
      where "user" = ${me} and key = any(${quotedArray(discussions.map(settingKey))}::text::text[])
    ) c on true`;
  return {
    asOf: rev(rows[0]?.head ?? 0),
    records: rows.flatMap((row) => (row.user === null ? null : changeOf(row)) ?? []),
  };
}
