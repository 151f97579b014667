/**
 * Compares a stream's rows in the projections with what its log comes to (LOG6). The rows that should be there are spelled out here a
 * second time, on purpose: nothing is shared with the code that writes them.
 * @module
 */
import {
  canonicalJson,
  FOLD_VERSION,
  idToUuid,
  type InboxEntry,
  type Json,
  type Memberships,
  type MessageState,
  type Role,
  type StreamId,
  type StreamState,
  type UserState,
} from "@gatz/domain";
import type { LogWalk } from "./log_walk.ts";
import { asJson, type Check, type Report } from "./problem.ts";
import type { StoredProjections } from "./rows_of_stream.ts";
import type { ShardNumber } from "@gatz/domain";

type Row = Readonly<Record<string, unknown>>;
type Rows = Map<string, Row>;

const KINDS = { user: 1, group: 2, discussion: 3 } as const;
const ROLES: Readonly<Record<Role, number>> = { member: 1, moderator: 2, owner: 3 };
const DAY_MS = 86_400_000;

export function compareProjections(
  stored: StoredProjections,
  walk: LogWalk,
  { shard, report, stream }: { shard: ShardNumber; report: Report; stream: StreamId | string },
): void {
  const expected = expectedRows(walk);
  const found = storedRows(stored);
  for (const check of TABLES) {
    const [wanted, there] = [expected[check], found[check]];
    for (const key of new Set([...wanted.keys(), ...there.keys()])) {
      const [should, is] = [wanted.get(key), there.get(key)];
      if (canonicalJson(should) === canonicalJson(is)) continue;
      const what = `${NAMES[check]} row ${key || stream}`;
      const named = walk.stream === undefined ? {} : { stream: walk.stream };
      report({ shard, ...named, check, what, ...difference(should, is) });
    }
  }
}

/** Where both rows are there, only what differs. */
function difference(should: Row | undefined, is: Row | undefined): { expected: Json; found: Json } {
  if (should === undefined || is === undefined) return { expected: asJson(should), found: asJson(is) };
  const differs = [...new Set([...Object.keys(should), ...Object.keys(is)])]
    .filter((column) => canonicalJson(should[column]) !== canonicalJson(is[column]));
  const only = (row: Row) => asJson(Object.fromEntries(differs.map((column) => [column, row[column]])));
  return { expected: only(should), found: only(is) };
}

const TABLES = ["head", "state", "members", "messages", "reactions", "inbox"] as const satisfies readonly Check[];
type Table = (typeof TABLES)[number];
const NAMES: Readonly<Record<Table, string>> = {
  head: "streams",
  state: "stream_states",
  members: "members",
  messages: "message_changes",
  reactions: "reactions",
  inbox: "inbox",
};

// A row's key names it within its stream; the stream's own rows have none.
function storedRows(stored: StoredProjections): Record<Table, Rows> {
  return {
    head: rows(stored.heads, () => ""),
    state: rows(stored.states, () => ""),
    members: rows(stored.members, (row) => `${row.user} ${row.from_seq}`),
    messages: rows(stored.changes, (row) => row.id),
    reactions: rows(stored.reactions, (row) => `${row.message} ${row.emoji} ${row.user}`),
    inbox: rows(stored.inbox, (row) => row.of_stream),
  };
}

function rows<T extends object>(from: readonly T[], key: (row: T) => string): Rows {
  return new Map(from.map((row) => {
    // Which stream it is in is how it was found.
    const { stream: _, ...columns } = row as T & { stream?: unknown };
    return [key(row), columns as Row];
  }));
}

function expectedRows(walk: LogWalk): Record<Table, Rows> {
  const { state } = walk;
  const none: Rows = new Map();
  if (state === null) return { head: none, state: none, members: none, messages: none, reactions: none, inbox: none };
  return {
    head: new Map([["", headRow(state, walk)]]),
    state: new Map([["", stateRow(state, walk)]]),
    members: state.kind === "user" ? none : memberRows(state.members, walk),
    messages: new Map([...walk.messages.values()].flatMap(changeRow)),
    reactions: new Map([...walk.messages.values()].flatMap(reactionRows)),
    inbox: state.kind === "user" ? inboxRows(state) : none,
  };
}

function headRow(state: StreamState, { seq, position, at }: LogWalk): Row {
  const messages = state.kind === "discussion" ? state.messages : 0;
  return { kind: KINDS[state.kind], seq, position, last_at: at, messages };
}

function stateRow(state: StreamState, { stateSeq }: LogWalk): Row {
  return { seq: stateSeq, fold_version: FOLD_VERSION, state: ownPart(state) };
}

/** All of a state that has no column or row of its own. */
function ownPart(state: StreamState): Row {
  const own: Record<string, unknown> = { ...state };
  for (const elsewhere of ["kind", "id", "seq", "members", "messages", "inbox"]) delete own[elsewhere];
  if (state.kind !== "user") return own;
  const left = Object.entries(state.inbox).flatMap(([group, { leftAt }]) => leftAt ? [[group, leftAt]] : []);
  return left.length === 0 ? own : { ...own, left: Object.fromEntries(left) };
}

function memberRows(members: Memberships, { milestones, at }: LogWalk): Rows {
  const expected: Rows = new Map();
  for (const [id, stays] of Object.entries(members)) {
    const user = idToUuid(id as keyof Memberships); // the keys of Memberships are user ids
    for (const { from, historyFrom, role, left } of stays) {
      const end = left === undefined ? undefined : milestones.get(left);
      expected.set(`${user} ${from}`, {
        user,
        from_seq: from,
        role: ROLES[role],
        history_from: historyFrom,
        joined_position: milestones.get(from)?.position,
        left_seq: left ?? null,
        left_position: end?.position ?? null,
        // A stay's last activity is the stream's, until it ends.
        active_on: Math.floor((end?.at ?? at) / DAY_MS),
      });
    }
  }
  return expected;
}

function changeRow(message: MessageState): [string, Row][] {
  if (message.revision === 0 && message.kind === "live") return [];
  const id = idToUuid(message.id);
  const { seq, changedSeq: changed_seq } = message;
  return [[id, { id, seq, changed_seq, fold_version: FOLD_VERSION, state: changePart(message) }]];
}

function changePart(message: MessageState): Row {
  const { revision } = message;
  if (message.kind === "deleted") {
    const { kind, by, deletedAt, reason } = message;
    return { kind, revision, by, deletedAt, ...(reason === undefined ? {} : { reason }) };
  }
  const { kind, editedAt, text, mentions, attachments } = message;
  return {
    ...{ kind, revision, editedAt, text },
    ...(mentions.length > 0 && { mentions }),
    ...(attachments.length > 0 && { attachments }),
  };
}

function reactionRows(message: MessageState): [string, Row][] {
  if (message.kind === "deleted") return [];
  const id = idToUuid(message.id);
  return message.reactions.map(({ emoji, user: by, seq }) => {
    const user = idToUuid(by);
    return [`${id} ${emoji} ${user}`, { message: id, emoji, user, first_seq: seq }];
  });
}

function inboxRows({ inbox }: UserState): Rows {
  const expected: Rows = new Map();
  for (const [group, { streams }] of Object.entries(inbox)) {
    for (const [stream, entry] of Object.entries<InboxEntry>(streams)) {
      // The keys of an inbox are stream ids.
      const [of_stream, group_id] = [idToUuid(stream as StreamId), idToUuid(group as StreamId)];
      const by_actor = entry.by === "system" ? null : idToUuid(entry.by);
      const { seq, groupSeq: group_seq, ended = null } = entry;
      expected.set(of_stream, { of_stream, group_id, by_actor, seq, group_seq, ended });
    }
  }
  return expected;
}
