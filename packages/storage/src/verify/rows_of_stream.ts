/** All that a shard stores, one stream after another, from one snapshot and in bounded memory. @module */
import type { Queryable } from "../postgres/queryable.ts";
import type {
  InboxTable,
  MembersTable,
  MessageChangesTable,
  StreamsTable,
  StreamStatesTable,
} from "../schema/shard_tables.ts";
import type { EventRow } from "../shard/codec.ts";
import { type Keyed, type Query, SortedRows } from "./sorted_rows.ts";

export interface LogRow extends EventRow {
  position: number;
  digest: Uint8Array | null;
}

export type MemberRow = MembersTable;
export type InboxRow = Omit<InboxTable, "user" | "stream"> & { of_stream: string };
export type ChangeRow = Omit<MessageChangesTable, "stream">;
export interface ReactionRow {
  message: string;
  emoji: string;
  user: string;
  first_seq: number;
}

/** What is stored of one stream. `events` may be read once. */
export interface StoredStream {
  uuid: string;
  events: AsyncIterable<readonly LogRow[]>;
  /** The stream's rows in the projections; reads on past the events. */
  projections(): Promise<StoredProjections>;
}

export interface StoredProjections {
  heads: readonly Omit<StreamsTable, "id">[];
  states: readonly Omit<StreamStatesTable, "id">[];
  members: readonly Omit<MemberRow, "stream">[];
  changes: readonly ChangeRow[];
  reactions: readonly ReactionRow[];
  inbox: readonly InboxRow[];
}

type Of<Row> = Row & Keyed;

/**
 * Every stream that any of the tables names, in the order of the UUIDs. Each must be read to its end before the next is asked for.
 *
 * @param q a REPEATABLE READ transaction
 */
export async function* streamsOf(q: Queryable): AsyncGenerator<StoredStream> {
  const tables = await openTables(q);
  const all: readonly SortedRows<Keyed>[] = Object.values(tables);
  for (let uuid = least(all); uuid !== undefined; uuid = least(all)) yield storedStream(tables, uuid);
}

function least(all: readonly SortedRows<Keyed>[]): string | undefined {
  return all.map((rows) => rows.stream).filter((stream) => stream !== undefined).sort()[0];
}

type Tables = Awaited<ReturnType<typeof openTables>>;

function storedStream(tables: Tables, uuid: string): StoredStream {
  return {
    uuid,
    events: pages(tables.events, uuid),
    projections: async () => ({
      heads: await tables.streams.all(uuid),
      states: await tables.stream_states.all(uuid),
      members: await tables.members.all(uuid),
      changes: await tables.message_changes.all(uuid),
      reactions: await tables.reactions.all(uuid),
      inbox: await tables.inbox.all(uuid),
    }),
  };
}

async function* pages<Row extends Keyed>(rows: SortedRows<Row>, stream: string): AsyncGenerator<Row[]> {
  while (rows.stream === stream) yield await rows.some(stream);
}

async function openTables(q: Queryable) {
  const { sql } = q;
  const here = sql(q.schema);
  const open = <Row>(name: string, query: Query) => SortedRows.open<Of<Row>>(q, { name, query });
  return {
    events: await open<LogRow>("verify_events", sql`select * from ${here}.events order by stream, seq, position`),
    streams: await open<Omit<StreamsTable, "id">>(
      "verify_streams",
      sql`select id as stream, kind, seq, position, last_at, messages from ${here}.streams order by id`,
    ),
    stream_states: await open<Omit<StreamStatesTable, "id">>(
      "verify_states",
      sql`select id as stream, seq, fold_version, state from ${here}.stream_states order by id`,
    ),
    members: await open<MemberRow>("verify_members", sql`select * from ${here}.members order by stream`),
    message_changes: await open<ChangeRow>(
      "verify_changes",
      sql`select * from ${here}.message_changes order by stream`,
    ),
    // A reaction to what is no message counts as of a stream of that id, in which nothing has happened.
    reactions: await open<ReactionRow>(
      "verify_reactions",
      sql`select coalesce(e.stream, r.message) as stream, r.*
        from ${here}.reactions r left join ${here}.events e on e.id = r.message order by 1`,
    ),
    inbox: await open<InboxRow>(
      "verify_inbox",
      sql`select "user" as stream, stream as of_stream, group_id, by_actor, seq, group_seq, ended
        from ${here}.inbox order by "user"`,
    ),
  };
}
