/** The SQL of one shard's personal writer, prepared on each lane at first use: `$n` take one array a column. @module */
import type { SchemaName } from "../schema/names.ts";

/** Who writes moves the shard's head too, in the same statement: each statement costs both sides as much as several rows. */
export function personalStatements(schema: SchemaName) {
  const s = `"${schema}"`;
  const advance = `advanced as (update ${s}.reads_head set rev = $1::int8 where id = 1)`;
  return {
    head: `select rev from ${s}.reads_head where id = 1 for update`,
    marks: `select r."user", rev, discussion, epoch, seq, null::text as key, null::jsonb as value
      from unnest($1::uuid[], $2::uuid[]) as w("user", discussion)
      join ${s}.reads r using ("user", discussion)`,
    settings: `select r."user", rev, null::uuid as discussion, null::int4 as epoch, null::int4 as seq, key, value
      from unnest($1::uuid[], $2::text[]) as w("user", key)
      join ${s}.settings r using ("user", key)`,
    writeMarks: `with ${advance}
      insert into ${s}.reads ("user", discussion, epoch, seq, rev)
      select * from unnest($2::uuid[], $3::uuid[], $4::int4[], $5::int4[], $6::int8[])
      on conflict ("user", discussion) do update set epoch = excluded.epoch, seq = excluded.seq, rev = excluded.rev`,
    writeSettings: `with ${advance}
      insert into ${s}.settings ("user", key, value, rev)
      select * from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::int8[])
      on conflict ("user", key) do update set value = excluded.value, rev = excluded.rev`,
  } as const;
}
