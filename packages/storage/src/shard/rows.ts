/** What a batch changes in the projections, as rows (LOG6). @module */
import {
  FOLD_VERSION,
  idToUuid,
  type InboxGroup,
  type Interval,
  type Memberships,
  type MessageState,
  type StreamState,
  type UserId,
  type UserState,
} from "@gatz/domain";
import { ROLE_CODES, STREAM_KIND_CODES } from "../schema/codes.ts";
import type {
  InboxTable,
  MembersTable,
  MessageChangesTable,
  ReactionsTable,
  StreamsTable,
  StreamStatesTable,
} from "../schema/shard_tables.ts";
import { messageChangeJson, streamJson } from "./state_json.ts";

export function streamRow(
  state: StreamState,
  { position, lastAt }: { position: number; lastAt: number },
): StreamsTable {
  return {
    id: idToUuid(state.id),
    kind: STREAM_KIND_CODES[state.kind],
    seq: state.seq,
    position,
    last_at: lastAt,
    messages: state.kind === "discussion" ? state.messages : 0,
  };
}

export function stateRow(state: StreamState): StreamStatesTable {
  return { id: idToUuid(state.id), seq: state.seq, fold_version: FOLD_VERSION, state: streamJson(state) };
}

/** The rows of the stays that one event began, ended or changed. */
export function memberRows(
  { before, after }: { before: StreamState | null; after: StreamState },
  { position, day }: { position: number; day: number },
): MembersTable[] {
  if (after.kind === "user") return [];
  const earlier: Memberships = before === null || before.kind === "user" ? {} : before.members;
  const stream = idToUuid(after.id);
  const rows: MembersTable[] = [];
  for (const [user, stays] of Object.entries(after.members) as [UserId, readonly Interval[]][]) { // the keys of Memberships
    if (stays === earlier[user]) continue;
    const known = new Map((earlier[user] ?? []).map((stay) => [stay.from, stay]));
    for (const stay of stays) {
      const was = known.get(stay.from);
      if (was === stay) continue;
      rows.push({
        stream,
        user: idToUuid(user),
        from_seq: stay.from,
        role: ROLE_CODES[stay.role],
        history_from: stay.historyFrom,
        joined_position: position,
        left_seq: stay.left ?? null,
        left_position: stay.left !== undefined && was?.left === undefined ? position : null,
        active_on: day,
      });
    }
  }
  return rows;
}

/** The inbox rows that differ between two states of a user. */
export function inboxRows(before: UserState | null, after: UserState): InboxTable[] {
  const rows: InboxTable[] = [];
  // The keys of an inbox are group ids, those of a group's entries stream ids.
  for (const [group, { streams }] of Object.entries(after.inbox) as [keyof UserState["inbox"], InboxGroup][]) {
    const earlier = before?.inbox[group]?.streams;
    if (streams === earlier) continue;
    for (const [stream, entry] of Object.entries(streams)) {
      if (earlier?.[stream as keyof typeof earlier] === entry) continue;
      rows.push({
        user: idToUuid(after.id),
        stream: idToUuid(stream as keyof typeof streams),
        group_id: idToUuid(group),
        seq: entry.seq,
        group_seq: entry.groupSeq,
        by_actor: entry.by === "system" ? null : idToUuid(entry.by),
        ended: entry.ended ?? null,
      });
    }
  }
  return rows;
}

/** The row of a message that was edited or deleted, if that is what changed. */
export function messageChangeRow(before: MessageState | undefined, after: MessageState): MessageChangesTable | null {
  const state = messageChangeJson(after);
  if (state === null || before?.changedSeq === after.changedSeq) return null;
  return {
    id: idToUuid(after.id),
    stream: idToUuid(after.discussion),
    seq: after.seq,
    changed_seq: after.changedSeq,
    fold_version: FOLD_VERSION,
    state,
  };
}

/** The reactions that a batch took away from a message, and those that it gave. */
export function reactionRows(
  before: MessageState | undefined,
  after: MessageState,
): { removed: ReactionsTable[]; added: ReactionsTable[] } {
  const earlier = reactionsOf(before);
  const later = reactionsOf(after);
  if (earlier === later || earlier.length + later.length === 0) return UNCHANGED;
  const message = idToUuid(after.id);
  const row = ({ emoji, user, seq }: (typeof later)[number]): ReactionsTable => ({
    message,
    emoji,
    user: idToUuid(user),
    first_seq: seq,
  });
  const had = new Set(earlier);
  const has = new Set(later);
  return {
    removed: earlier.filter((reaction) => !has.has(reaction)).map(row),
    added: later.filter((reaction) => !had.has(reaction)).map(row),
  };
}

const UNCHANGED = { removed: [], added: [] };
const NO_REACTIONS: Extract<MessageState, { kind: "live" }>["reactions"] = [];

function reactionsOf(message: MessageState | undefined) {
  return message?.kind === "live" ? message.reactions : NO_REACTIONS;
}
