import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { MODERATION_CODES } from "./moderation_codes.ts";

function running(statements: readonly string[]): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}

/** The log's indexes, by name. A restore drops them, and makes them when all events are there. */
export const EVENT_INDEXES: Readonly<Record<string, string>> = {
  events_stream_seq: "create unique index if not exists events_stream_seq on events (stream, seq)",
  events_id: "create unique index if not exists events_id on events (id)",
  events_messages: "create index if not exists events_messages on events (stream, seq) where type = 1",
  events_targets: `create index if not exists events_targets on events (stream, target_seq, seq)
    where target_seq is not null`,
  events_history: "create index if not exists events_history on events (stream, seq) where type > 4",
  events_moderation: `create index if not exists events_moderation on events (stream, seq)
    where type in (${MODERATION_CODES})`,
};

// Column order follows alignment: the log is what fills the disk.
const FIRST = [
  `create table fence (
     id smallint primary key check (id = 1),
     epoch bigint not null, position bigint not null, writable boolean not null)`,
  `insert into fence values (1, 0, 0, true)`,
  `create table events (
     position bigint primary key, at bigint not null,
     stream uuid not null, id uuid not null, actor uuid,
     seq int not null, target_seq int, type smallint not null, version smallint not null,
     digest bytea, decided jsonb, body jsonb)`,
  ...Object.values(EVENT_INDEXES),
  `create table streams (
     id uuid primary key, position bigint not null, last_at bigint not null,
     seq int not null, messages int not null, kind smallint not null) with (fillfactor = 70)`,
  `create table stream_states (
     id uuid primary key, seq int not null, fold_version smallint not null, state jsonb not null)`,
  `create table members (
     joined_position bigint not null, left_position bigint,
     stream uuid not null, "user" uuid not null,
     from_seq int not null, history_from int not null, left_seq int, active_on int not null, role smallint not null,
     primary key (stream, "user", from_seq))`,
  `create index members_user on members ("user", active_on desc)`,
  `create table message_changes (
     id uuid primary key, stream uuid not null,
     seq int not null, changed_seq int not null, fold_version smallint not null, state jsonb not null)`,
  `create table reactions (
     message uuid not null, "user" uuid not null, first_seq int not null, emoji text not null,
     primary key (message, emoji, "user"))`,
  `create table inbox (
     "user" uuid not null, stream uuid not null, group_id uuid not null, by_actor uuid,
     seq int not null, group_seq int not null, ended int,
     primary key ("user", stream))`,
  `create table outbox (
     id uuid primary key, position bigint not null, ordinal smallint not null, target_shard smallint not null,
     code text, draft jsonb not null)`,
  `create index outbox_due on outbox (target_shard, position, ordinal) where code is null`,
];

// Which node writes the shard, and where others reach it: written with the epoch, so it lives and dies with the shard.
const OWNER = [`alter table fence add column owner uuid, add column owner_url text`];

// The fold that wrote the projections (LOG7): who knows only an older one may not write.
const FOLD = [`alter table fence add column fold_version smallint not null default 1`];

// What moderators did is read from the log (MOD1), also where it has many messages.
const MODERATION = [EVENT_INDEXES["events_moderation"]!];

// Of the users who live here: not events (LOG1). The head is held by whoever commits a change, so `rev` is in the order of commits.
const READS = [
  `create table reads_head (id smallint primary key check (id = 1), rev bigint not null)`,
  `insert into reads_head values (1, 0)`,
  `create table reads (
     rev bigint not null, "user" uuid not null, discussion uuid not null, epoch int not null, seq int not null,
     primary key ("user", discussion))`,
  `create unique index reads_rev on reads (rev)`,
  `create index reads_user on reads ("user", rev)`,
  `create table settings (
     rev bigint not null, "user" uuid not null, key text not null, value jsonb not null,
     primary key ("user", key))`,
  `create unique index settings_rev on settings (rev)`,
  `create index settings_user on settings ("user", rev)`,
];

/**
 * What lists look up by. A stream's row says when it was last active, in steps of a second, so that a busy one leaves the index alone;
 * an inbox is asked for the shards that it names (the three digits of ID1); and few stays have ended.
 */
const LISTS = [
  `alter table streams add column active int not null generated always as ((last_at >> 10)::int) stored`,
  `create index streams_active on streams (active desc) where kind = 3`,
  `create index inbox_shards on inbox ("user", substr(stream::text, 16, 3))`,
  `create index members_ended on members ("user", active_on desc) where left_seq is not null`,
];

// An account that ends has an effect on every stream that its user ever was in (USR4): that may be more than a smallint counts.
const MANY_EFFECTS = [`alter table outbox alter column ordinal type int`];

/** What creates one shard's tables. The connection's search_path names the shard's schema. */
export const SHARD_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_tables": running(FIRST),
  "0002_owner": running(OWNER),
  "0005_fold": running(FOLD),
  "0006_reads": running(READS),
  "0007_lists": running(LISTS),
  "0008_moderation": running(MODERATION),
  "0009_many_effects": running(MANY_EFFECTS),
};
