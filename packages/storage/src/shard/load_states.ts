import {
  type DiscussionId,
  type DiscussionState,
  FOLD_VERSION,
  type GroupId,
  idToUuid,
  type InboxEntry,
  type InboxGroup,
  type Interval,
  type Memberships,
  type Role,
  type Seq,
  type StreamId,
  type StreamState,
  unreachable,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { decoder, ROLE_CODES, STREAM_KIND_CODES } from "../schema/codes.ts";
import { actorOf, streamOf } from "./codec.ts";
import type { DiscussionJson, GroupJson, UserJson } from "./state_json.ts";

/** A stored state was folded by another version of the domain than this node's (LOG7): it may neither be used nor overwritten. */
export class ForeignFold extends Error {
  override readonly name = "ForeignFold";
  constructor(id: string, readonly foldVersion: number) {
    super(`the stored state of ${id} is of fold version ${foldVersion}, this node's is ${FOLD_VERSION}`);
  }
}

export function assertFold(id: string, foldVersion: number): void {
  if (foldVersion !== FOLD_VERSION) throw new ForeignFold(id, foldVersion);
}

export type MemberTuple = readonly [user: string, from: number, historyFrom: number, role: number, left: number | null];
type InboxTuple = readonly [
  stream: string,
  kind: "group" | "discussion",
  group: string,
  by: string | null,
  seq: number,
  groupSeq: number,
  ended: number | null,
];

interface StateRow {
  id: string;
  kind: number;
  seq: number;
  messages: number;
  fold_version: number;
  state: unknown;
  members: readonly MemberTuple[] | null;
  inbox: readonly InboxTuple[] | null;
}

const roleOf = decoder(ROLE_CODES);
const kindOf = decoder(STREAM_KIND_CODES);

/** States of streams of one shard, each at its head, all of one snapshot. Absent: no such stream. */
export async function loadStreamStates(
  q: Queryable,
  ids: readonly StreamId[],
): Promise<Map<StreamId, StreamState>> {
  const states = new Map<StreamId, StreamState>();
  if (ids.length === 0) return states;
  const asked = new Set(ids);
  for (const row of await selectStates(q, ids.map(idToUuid))) {
    const id = streamOf(kindOf(row.kind), row.id);
    // The same UUID under another kind's prefix names nothing.
    if (asked.has(id)) states.set(id, stateOf(row));
  }
  return states;
}

// One statement, so that the parts agree with each other without a transaction.
function selectStates({ sql, schema }: Queryable, uuids: readonly string[]): Promise<StateRow[]> {
  const [s, here] = [sql, sql(schema)];
  return s<StateRow[]>`
    select s.id, s.kind, s.seq, s.messages, st.fold_version, st.state, m.members, i.inbox
    from ${here}.streams s
    join ${here}.stream_states st on st.id = s.id
    left join lateral (
      select jsonb_agg(jsonb_build_array("user", from_seq, history_from, role, left_seq) order by from_seq, "user") as members
      from ${here}.members where stream = s.id
    ) m on s.kind <> ${STREAM_KIND_CODES.user}
    left join lateral (
      select jsonb_agg(
        jsonb_build_array(
          stream, case when stream = group_id then 'group' else 'discussion' end, group_id, by_actor, seq, group_seq, ended
        ) order by seq, stream) as inbox
      from ${here}.inbox where "user" = s.id
    ) i on s.kind = ${STREAM_KIND_CODES.user}
    where s.id = any(${uuids}::uuid[])`;
}

function stateOf(row: StateRow): StreamState {
  const kind = kindOf(row.kind);
  assertFold(row.id, row.fold_version);
  const seq = row.seq as Seq; // a row's seq is a checked one
  // The row was written from a state of this kind and fold version, by state_json.ts.
  switch (kind) {
    case "group":
      return {
        kind,
        id: uuidToId("grp", row.id),
        seq,
        ...(row.state as GroupJson),
        members: membershipsOf(row.members ?? []),
      };
    case "discussion":
      return discussionOf(row, seq);
    case "user": {
      const { left, ...own } = row.state as UserJson;
      return { kind, id: uuidToId("user", row.id), seq, ...own, inbox: inboxOf(row.inbox ?? [], left ?? {}) };
    }
    default:
      return unreachable(kind);
  }
}

function discussionOf(row: StateRow, seq: Seq): DiscussionState {
  return {
    kind: "discussion",
    id: uuidToId("disc", row.id),
    seq,
    ...(row.state as DiscussionJson),
    messages: row.messages,
    members: membershipsOf(row.members ?? []),
  };
}

/** Rows ordered by the seq that began the stay. */
export function membershipsOf(rows: readonly MemberTuple[]): Memberships {
  const members: Record<UserId, Interval[]> = {};
  for (const [user, from, historyFrom, role, left] of rows) {
    (members[uuidToId("user", user)] ??= []).push({
      from: from as Seq,
      historyFrom: historyFrom as Seq,
      role: roleOf(role) satisfies Role,
      ...(left === null ? {} : { left: left as Seq }),
    });
  }
  return members;
}

function inboxOf(rows: readonly InboxTuple[], left: Readonly<Record<GroupId, Seq>>): Record<GroupId, InboxGroup> {
  const inbox: Record<GroupId, { leftAt?: Seq; streams: Record<GroupId | DiscussionId, InboxEntry> }> = {};
  for (const [group, leftAt] of Object.entries(left)) inbox[group as GroupId] = { leftAt, streams: {} };
  for (const [stream, kind, groupUuid, by, seq, groupSeq, ended] of rows) {
    const group = uuidToId("grp", groupUuid);
    const entry = (inbox[group] ??= { streams: {} });
    entry.streams[kind === "group" ? group : uuidToId("disc", stream)] = {
      seq: seq as Seq,
      groupSeq: groupSeq as Seq,
      by: actorOf(by),
      ...(ended === null ? {} : { ended: ended as Seq }),
    };
  }
  return inbox;
}
