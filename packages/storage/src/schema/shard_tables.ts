/**
 * The tables of one shard (schema `gatz_sNNNN`): what is in the rows of each. Every table has a primary key, so that a shard can be moved by
 * logical replication (SHARD1). Ids are `uuid`; codes for kinds, types and roles are small integers (see codes.ts).
 */

/** Any JSON that is read back as is. */
export type Jsonb = unknown;

export interface FenceTable {
  id: 1;
  epoch: number;
  writable: boolean;
  /** The newest position given out (LOG3). */
  position: number;
  /** The node that raised the epoch to its value, and where other nodes reach it. */
  owner: string | null;
  owner_url: string | null;
  /** Of the fold that wrote the shard's projections (LOG7). */
  fold_version: number;
}

export interface EventsTable {
  position: number;
  /** Unix milliseconds from the shard's clock (LOG5). */
  at: number;
  stream: string;
  id: string;
  /** Null: `system`. */
  actor: string | null;
  seq: number;
  target_seq: number | null;
  type: number;
  version: number;
  /** Keyed digest of the draft's content (LOG2), 16 bytes; null once expunged. */
  digest: Uint8Array | null;
  /** Null when empty. */
  decided: Jsonb | null;
  /** Null once expunged. Empty `mentions` and `attachments` are left out. */
  body: Jsonb | null;
}

export interface StreamsTable {
  id: string;
  kind: number;
  seq: number;
  position: number;
  last_at: number;
  /** `new-message` events so far (discussions; else 0). */
  messages: number;
}

export interface StreamStatesTable {
  id: string;
  /** The seq of the last event that changed the state. */
  seq: number;
  fold_version: number;
  /** The state without id, seq, messages, members and inbox entries. */
  state: Jsonb;
}

/** One row an interval (VIS1), for groups and discussions. */
export interface MembersTable {
  stream: string;
  user: string;
  from_seq: number;
  role: number;
  history_from: number;
  joined_position: number;
  left_seq: number | null;
  left_position: number | null;
  /** Days since 1970 of the stream's last activity within the stay, set by the first flush of a day; fixed once the stay has ended. */
  active_on: number;
}

/** Folded state of messages that were edited or deleted; an untouched message has no row. */
export interface MessageChangesTable {
  /** The message's id. */
  id: string;
  stream: string;
  /** The seq of its `new-message`. */
  seq: number;
  changed_seq: number;
  fold_version: number;
  /** What differs from the `new-message`: content, revision, editedAt, or the tombstone's fields. */
  state: Jsonb;
}

export interface ReactionsTable {
  message: string;
  emoji: string;
  user: string;
  first_seq: number;
}

/** A projection of the streams of the users who live here: which streams concern them. */
export interface InboxTable {
  user: string;
  stream: string;
  group_id: string;
  seq: number;
  group_seq: number;
  /** Null: `system`. */
  by_actor: string | null;
  ended: number | null;
}

/** Effects to deliver (SHARD3): deleted when accepted, kept with their code when rejected. */
export interface OutboxTable {
  /** The derived event id. */
  id: string;
  /** The position of the event whose effect it is, and its place among that event's effects. */
  position: number;
  ordinal: number;
  target_shard: number;
  draft: Jsonb;
  /** The rejection's code, once there is one. */
  code: string | null;
}

/** How far changes of `reads` and `settings` have been numbered: one row. */
export interface ReadsHeadTable {
  id: 1;
  rev: number;
}

/** Read marks of the users who live here (READ1). */
export interface ReadsTable {
  user: string;
  discussion: string;
  epoch: number;
  /** The newest that is read; 0: nothing. */
  seq: number;
  /** The number of its newest change. */
  rev: number;
}

/** Settings of the users who live here. */
export interface SettingsTable {
  user: string;
  /** Which setting, and of what: `notify:disc_…`. */
  key: string;
  value: Jsonb;
  rev: number;
}

export interface ShardTables {
  fence: FenceTable;
  events: EventsTable;
  streams: StreamsTable;
  stream_states: StreamStatesTable;
  members: MembersTable;
  message_changes: MessageChangesTable;
  reactions: ReactionsTable;
  inbox: InboxTable;
  outbox: OutboxTable;
  reads_head: ReadsHeadTable;
  reads: ReadsTable;
  settings: SettingsTable;
}
