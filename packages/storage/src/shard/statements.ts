/** The writer's SQL for one shard, prepared on each lane at first use. @module */
import { FOLD_VERSION } from "@gatz/domain";
import { DIRECTORY_SCHEMA, type SchemaName } from "../schema/names.ts";

export type Statements = Readonly<Record<StatementName, string>>;

export type StatementName = keyof ReturnType<typeof statementsOf>;

/** Texts with `$n` parameters; what takes a batch takes one array a column. */
export function statementsOf(schema: SchemaName) {
  if (schema === DIRECTORY_SCHEMA) throw new Error("the directory has no log");
  const s = `"${schema}"`;
  const advance = `update ${s}.fence set position = $1::int8, epoch = $2::int8 where id = 1`;
  return {
    advance,
    claim: `update ${s}.fence set owner = $1::uuid, owner_url = $2::text where id = 1`,
    // The clock is read above the lock's node of the plan, so after the lock is held (LOG5).
    // What a newer fold wrote is closed to this one (LOG7).
    fence: `with held as materialized (
        select epoch, position, writable and fold_version <= ${FOLD_VERSION} as writable from ${s}.fence where id = 1 for update
      )
      select held.*, floor(extract(epoch from clock_timestamp()) * 1000)::int8 as clock from held`,
    known: `select id, stream, actor, seq, at, type, digest from ${s}.events where id = any($1::uuid[])`,
    heads: `select id, last_at from ${s}.streams where id = any($1::uuid[])`,

    // What every batch does, in one statement: each statement costs both sides as much as several rows.
    append: `with appended as (
        insert into ${s}.events
          (position, at, stream, id, actor, seq, target_seq, type, version, digest, decided, body)
        select * from unnest($3::int8[], $4::int8[], $5::uuid[], $6::uuid[], $7::uuid[], $8::int4[], $9::int4[], $10::int2[],
          $11::int2[], $12::bytea[], $13::jsonb[], $14::jsonb[])
      ), heads as (
        insert into ${s}.streams (id, kind, seq, position, last_at, messages)
        select * from unnest($15::uuid[], $16::int2[], $17::int4[], $18::int8[], $19::int8[], $20::int4[])
        on conflict (id) do update set seq = excluded.seq, position = excluded.position, last_at = excluded.last_at,
          messages = excluded.messages
      )
      ${advance}`,
    // A newer node's fold is never overwritten (LOG7); it can't be met here, for its state could not have been loaded.
    states: `insert into ${s}.stream_states as mine (id, seq, fold_version, state)
      select * from unnest($1::uuid[], $2::int4[], $3::int2[], $4::jsonb[])
      on conflict (id) do update set seq = excluded.seq, fold_version = excluded.fold_version, state = excluded.state
      where mine.fold_version <= excluded.fold_version`,
    members: `insert into ${s}.members as mine
        (stream, "user", from_seq, role, history_from, joined_position, left_seq, left_position, active_on)
      select * from unnest($1::uuid[], $2::uuid[], $3::int4[], $4::int2[], $5::int4[], $6::int8[], $7::int4[], $8::int8[], $9::int4[])
      on conflict (stream, "user", from_seq) do update set role = excluded.role, left_seq = excluded.left_seq,
        left_position = coalesce(mine.left_position, excluded.left_position),
        active_on = greatest(mine.active_on, excluded.active_on)`,
    active: `update ${s}.members set active_on = $2::int4
      where stream = any($1::uuid[]) and left_seq is null and active_on < $2::int4`,
    inbox: `insert into ${s}.inbox ("user", stream, group_id, by_actor, seq, group_seq, ended)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int4[], $6::int4[], $7::int4[])
      on conflict ("user", stream) do update set group_id = excluded.group_id, by_actor = excluded.by_actor,
        seq = excluded.seq, group_seq = excluded.group_seq, ended = excluded.ended`,
    changes: `insert into ${s}.message_changes (id, stream, seq, changed_seq, fold_version, state)
      select * from unnest($1::uuid[], $2::uuid[], $3::int4[], $4::int4[], $5::int2[], $6::jsonb[])
      on conflict (id) do update set changed_seq = excluded.changed_seq, fold_version = excluded.fold_version,
        state = excluded.state`,
    reactionsRemoved: `delete from ${s}.reactions r
      using unnest($1::uuid[], $2::text[], $3::uuid[]) as gone (message, emoji, "user")
      where r.message = gone.message and r.emoji = gone.emoji and r."user" = gone."user"`,
    reactionsAdded: `insert into ${s}.reactions (message, emoji, "user", first_seq)
      select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int4[])`,
    outbox: `insert into ${s}.outbox (id, position, ordinal, target_shard, draft)
      select * from unnest($1::uuid[], $2::int8[], $3::int4[], $4::int2[], $5::jsonb[])`,
  } as const;
}
