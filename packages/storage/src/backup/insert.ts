import { plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type {
  EventsTable,
  InboxTable,
  MembersTable,
  MessageChangesTable,
  OutboxTable,
  ReactionsTable,
  StreamsTable,
  StreamStatesTable,
} from "../schema/shard_tables.ts";

/** Types whose values need quotes in an array's text. */
const QUOTED = new Set(["text", "jsonb", "bytea"]);
type ColumnType = "uuid" | "int2" | "int4" | "int8" | "text" | "jsonb" | "bytea";
type Columns<Row> = { readonly [Column in keyof Row]-?: ColumnType };

/** Every column of a shard's tables, so that the compiler names the one that a later migration adds. */
const TABLES = {
  events: {
    ...{ position: "int8", at: "int8", stream: "uuid", id: "uuid", actor: "uuid", seq: "int4", target_seq: "int4" },
    ...{ type: "int2", version: "int2", digest: "bytea", decided: "jsonb", body: "jsonb" },
  } satisfies Columns<EventsTable>,
  streams: {
    ...{ id: "uuid", kind: "int2", seq: "int4", position: "int8", last_at: "int8", messages: "int4" },
  } satisfies Columns<StreamsTable>,
  stream_states: {
    ...{ id: "uuid", seq: "int4", fold_version: "int2", state: "jsonb" },
  } satisfies Columns<StreamStatesTable>,
  members: {
    ...{ stream: "uuid", user: "uuid", from_seq: "int4", role: "int2", history_from: "int4", joined_position: "int8" },
    ...{ left_seq: "int4", left_position: "int8", active_on: "int4" },
  } satisfies Columns<MembersTable>,
  message_changes: {
    ...{ id: "uuid", stream: "uuid", seq: "int4", changed_seq: "int4", fold_version: "int2", state: "jsonb" },
  } satisfies Columns<MessageChangesTable>,
  reactions: {
    ...{ message: "uuid", emoji: "text", user: "uuid", first_seq: "int4" },
  } satisfies Columns<ReactionsTable>,
  inbox: {
    ...{
      user: "uuid",
      stream: "uuid",
      group_id: "uuid",
      seq: "int4",
      group_seq: "int4",
      by_actor: "uuid",
      ended: "int4",
    },
  } satisfies Columns<InboxTable>,
  outbox: {
    ...{ id: "uuid", position: "int8", ordinal: "int4", target_shard: "int2", draft: "jsonb", code: "text" },
  } satisfies Columns<OutboxTable>,
} as const;

export type TableName = keyof typeof TABLES;
/** A row as texts and numbers; JSON is text already, a digest is `\x` and hexadecimal. */
export type TextRow<Table extends TableName> = Readonly<Record<keyof (typeof TABLES)[Table], string | number | null>>;

/** Inserts rows, a column as one array each: one statement, however many there are. */
export async function insertRows<Table extends TableName>(
  { sql, schema }: Queryable,
  table: Table,
  rows: readonly TextRow<Table>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries<ColumnType>(TABLES[table]) as [keyof TextRow<Table>, ColumnType][]; // its keys
  const names = columns.map(([name]) => `"${String(name)}"`).join();
  const types = columns.map(([, type], i) => `$${i + 1}::${type}[]`).join();
  const values = columns.map(([name, type]) => {
    const column = rows.map((row) => row[name]);
    return QUOTED.has(type)
      ? quotedArray(column as (string | null)[]) // what is quoted is text
      : plainArray(column);
  });
  await sql.unsafe(`insert into "${schema}"."${table}" (${names}) select * from unnest(${types})`, values, PREPARED);
}

const PREPARED = { prepare: true } as const;
