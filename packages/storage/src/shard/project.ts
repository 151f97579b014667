import { idToUuid, isMessageEvent, shardOf } from "@gatz/domain";
import type {
  InboxTable,
  MembersTable,
  MessageChangesTable,
  OutboxTable,
  ReactionsTable,
  StreamsTable,
  StreamStatesTable,
} from "../schema/shard_tables.ts";
import type { Batch } from "./batch.ts";
import { inboxRows, memberRows, messageChangeRow, reactionRows, stateRow, streamRow } from "./rows.ts";
import { changesState } from "./state_json.ts";

/** The rows that a batch writes besides its events; each table's keys are distinct. */
export interface Projection {
  readonly streams: readonly StreamsTable[];
  readonly states: readonly StreamStatesTable[];
  readonly members: readonly MembersTable[];
  readonly inbox: readonly InboxTable[];
  readonly changes: readonly MessageChangesTable[];
  readonly reactionsRemoved: readonly ReactionsTable[];
  readonly reactionsAdded: readonly ReactionsTable[];
  readonly outbox: readonly Omit<OutboxTable, "code">[];
  /** Streams of which no earlier event of this day is known: their present members' `active_on` is moved up. */
  readonly firstOfDay: readonly string[];
}

const DAY_MS = 86_400_000;

/** Days since 1970. */
export function dayOf(unixMs: number): number {
  return Math.floor(unixMs / DAY_MS);
}

/** Derives what the batch's accepted events mean for every projection. */
export function project(batch: Batch): Projection {
  const members = projectMembers(batch);
  const messages = projectMessages(batch);
  return {
    streams: projectStreams(batch),
    states: projectStates(batch),
    members,
    inbox: projectInbox(batch),
    ...messages,
    outbox: projectOutbox(batch),
    firstOfDay: projectActivity(batch),
  };
}

function projectStreams(batch: Batch): StreamsTable[] {
  const newest = new Map(batch.accepted.map(({ committed }) => [committed.event.stream, committed]));
  return Array.from(
    newest.values(),
    ({ position, event, state }) => streamRow(state, { position, lastAt: event.at }),
  );
}

function projectStates(batch: Batch): StreamStatesTable[] {
  const touched = new Map<string, StreamStatesTable>();
  for (const { committed: { event, state }, before } of batch.accepted) {
    if (changesState(event, { before, after: state })) touched.set(event.stream, stateRow(state));
  }
  return [...touched.values()];
}

function projectMembers(batch: Batch): MembersTable[] {
  const rows = new Map<string, MembersTable>();
  for (const { committed: { position, event, state }, before } of batch.accepted) {
    if (isMessageEvent(event)) continue;
    for (const row of memberRows({ before, after: state }, { position, day: dayOf(event.at) })) {
      const key = `${row.stream} ${row.user} ${row.from_seq}`;
      const earlier = rows.get(key);
      rows.set(key, earlier ? sameStay(earlier, row) : row);
    }
  }
  return [...rows.values()];
}

/** The same stay changed twice in one batch: it began when it began, and ended when it first ended. */
export function sameStay(earlier: MembersTable, row: MembersTable): MembersTable {
  const left_position = earlier.left_position ?? row.left_position;
  return { ...row, joined_position: earlier.joined_position, left_position };
}

function projectInbox(batch: Batch): InboxTable[] {
  const rows: InboxTable[] = [];
  for (const [id, { state }] of batch.streams) {
    if (state.kind !== "user") continue;
    const before = batch.streamBefore(id)?.state;
    rows.push(...inboxRows(before?.kind === "user" ? before : null, state));
  }
  return rows;
}

function projectMessages(batch: Batch): Pick<Projection, "changes" | "reactionsRemoved" | "reactionsAdded"> {
  const changes: MessageChangesTable[] = [];
  const reactionsRemoved: ReactionsTable[] = [];
  const reactionsAdded: ReactionsTable[] = [];
  for (const [id, after] of batch.messages) {
    const before = batch.messageBefore(id);
    const change = messageChangeRow(before, after);
    if (change) changes.push(change);
    const { removed, added } = reactionRows(before, after);
    reactionsRemoved.push(...removed);
    reactionsAdded.push(...added);
  }
  return { changes, reactionsRemoved, reactionsAdded };
}

function projectOutbox(batch: Batch): Projection["outbox"] {
  return batch.accepted.flatMap(({ committed: { position }, effects }) =>
    effects.map((draft, ordinal) => ({
      id: idToUuid(draft.id),
      position,
      ordinal,
      target_shard: shardOf(draft.stream),
      draft,
    }))
  );
}

function projectActivity(batch: Batch): string[] {
  const streams: string[] = [];
  for (const [id, { state, lastAt, activeOn }] of batch.streams) {
    if (state.kind !== "user" && activeOn < dayOf(lastAt)) streams.push(idToUuid(id));
  }
  return streams;
}
