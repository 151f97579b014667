import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What creates the directory's tables, bound to a digest key. The connection's search_path names the schema. */
export function directoryMigrations(digestKeyCheck: Uint8Array): Record<string, Migration> {
  const tables: Migration = {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of FIRST) await sql.raw(statement).execute(db);
      await sql`insert into installation (id, incarnation, digest_key_check)
        values (1, gen_random_uuid(), ${digestKeyCheck})`.execute(db);
    },
  };
  return { "0001_tables": tables, "0003_restoring": restoring, "0004_past_handles": pastHandles };
}

const pastHandles: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // When others may have it (null: it is its user's present one); and other spellings of it that still lead to its user (USR2).
    await sql.raw(`alter table handles add column free_at bigint, add column former text[],
      add column former_until bigint`).execute(db);
  },
};

const restoring: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // The SHA-256 of the backup whose restore is not through (BAK1); null: everything is there.
    await sql.raw(`alter table installation add column restoring text`).execute(db);
  },
};

const FIRST = [
  // Which life this is (LOG9): a restore, or a promotion that may have lost events, gives a new one. And what the digests of its
  // events were made with (LOG2): that never changes.
  `create table installation (
     id smallint primary key check (id = 1),
     incarnation uuid not null, began timestamptz not null default now(),
     digest_key_check bytea not null)`,
  `create table shards (shard int primary key check (shard between 0 and 4095), server text not null)`,
  // The skeleton is the handle without case and look-alikes (USR2).
  `create table handles (skeleton text primary key, handle text not null, "user" uuid not null)`,
  `create index handles_user on handles ("user")`,
  // Users without a row are at home on the shard in their id (ID4).
  `create table homes ("user" uuid primary key, home int not null, past int[] not null default '{}')`,
  `create table sessions (id text primary key, "user" uuid not null, expires_at bigint not null)`,
];
