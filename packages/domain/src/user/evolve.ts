import { assert, unreachable } from "../asserts.ts";
import type { AddedTo, EventOf, LeftGroup, Register, RemovedFrom, SetProfile, UserEvent } from "../events.ts";
import { withField } from "../fields.ts";
import { directGroupId } from "../group/direct.ts";
import type { GroupId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import { seq } from "../scalars.ts";
import type { InboxEntry, InboxGroup, UserState } from "../state.ts";

/** A user after an event of their own stream. A log begins with `register`. */
export function evolveUser(state: UserState | null, event: UserEvent): UserState {
  if (event.type === "register") return begin(state, event);
  assert(state !== null, `a user's log begins with register, not with ${event.type}`);
  switch (event.type) {
    case "set-profile":
      return profiled({ ...state, seq: event.seq, profileSeq: event.seq }, event);
    case "set-handle":
      return { ...state, seq: event.seq, profileSeq: event.seq, handle: event.body.handle };
    case "block-user":
      return { ...state, seq: event.seq, blocks: [...state.blocks ?? [], event.body.user] };
    case "unblock-user":
      return withField(
        { ...state, seq: event.seq },
        "blocks",
        state.blocks?.filter((user) => user !== event.body.user),
      );
    case "end-account":
      return { ...state, seq: event.seq, profileSeq: event.seq, endedAt: event.at };
    case "added-to":
      return { ...state, seq: event.seq, inbox: withAdd(state, event) };
    case "removed-from":
      return { ...state, seq: event.seq, inbox: withRemoval(state.inbox, event) };
    case "left-group":
      return { ...state, seq: event.seq, inbox: withLeaving(state.inbox, event) };
    default:
      return unreachable(event);
  }
}

/** Whether an add is older than the user's leaving of its group: then it is undone (FACT2). */
export function isStaleAdd(group: InboxGroup | undefined, groupSeq: Seq): boolean {
  return group?.leftAt !== undefined && group.leftAt >= groupSeq;
}

/**
 * Whether an add is by somebody whom the user blocks, or comes after the account's end: then it is undone (FACT2). The direct group of the two
 * has its one id and nobody is added to it again: if it was made before they were heard to block, it is there, as if they blocked later (GRP1).
 */
export function isUnwanted({ id, endedAt, blocks }: UserState, { by, stream }: AddedTo["body"]): boolean {
  if (endedAt !== undefined) return true;
  return by !== "system" && blocks?.includes(by) === true && stream !== directGroupId(by, id);
}

function profiled(state: UserState, { body: { name, about, avatar } }: EventOf<SetProfile>): UserState {
  const named = name === undefined ? state : { ...state, name };
  const told = about === undefined ? named : withField(named, "about", about || undefined);
  return avatar === undefined ? told : withField(told, "avatar", avatar ?? undefined);
}

type Inbox = UserState["inbox"];

const NO_STREAMS: InboxGroup = Object.freeze({ streams: Object.freeze({}) });

function begin(state: UserState | null, { stream, seq, at, body }: EventOf<Register>): UserState {
  assert(state === null, "a user registers once");
  const { handle, name } = body;
  return { kind: "user", id: stream, seq, handle, name, createdAt: at, profileSeq: seq, inbox: {} };
}

/** An add that is undone counts as ended where it began: the user may have written there meanwhile, and their account may end (USR4). */
function withAdd(state: UserState, { body }: EventOf<AddedTo>): Inbox {
  const { inbox } = state;
  const { stream, seq, group, groupSeq, by } = body;
  const known = inbox[group]?.streams[stream];
  if (known !== undefined && known.seq >= seq) return inbox;
  const isUndone = isStaleAdd(inbox[group], groupSeq) || isUnwanted(state, body);
  const entry: InboxEntry = { seq, groupSeq, by, ...(isUndone && { ended: seq }) };
  return withEntry(inbox, { group, stream, entry });
}

function withRemoval(inbox: Inbox, { body }: EventOf<RemovedFrom>): Inbox {
  // The keys of an inbox are group ids. A stream is of one group for ever, so the first that knows it is its own.
  const group = (Object.keys(inbox) as GroupId[]).find((id) => inbox[id]!.streams[body.stream] !== undefined);
  const entry = group && inbox[group]!.streams[body.stream];
  // The add is not known here, was undone, or is newer than this removal.
  if (group === undefined || entry === undefined || !isOpenBefore(entry, body.seq)) return inbox;
  return withEntry(inbox, { group, stream: body.stream, entry: { ...entry, ended: body.seq } });
}

function withLeaving(inbox: Inbox, { body }: EventOf<LeftGroup>): Inbox {
  const group = inbox[body.group] ?? NO_STREAMS;
  const leftAt = seq(Math.max(group.leftAt ?? 0, body.groupSeq));
  const left: Inbox = { ...inbox, [body.group]: { ...group, leftAt } };
  const own = group.streams[body.group];
  // The group's discussions end when they say so: by the removals that are this event's effects.
  if (own === undefined || !isOpenBefore(own, body.groupSeq)) return left;
  return withEntry(left, { group: body.group, stream: body.group, entry: { ...own, ended: body.groupSeq } });
}

function isOpenBefore(entry: InboxEntry, at: Seq): boolean {
  return entry.ended === undefined && entry.seq < at;
}

function withEntry(
  inbox: Inbox,
  at: { group: GroupId; stream: keyof InboxGroup["streams"]; entry: InboxEntry },
): Inbox {
  const group = inbox[at.group] ?? NO_STREAMS;
  return { ...inbox, [at.group]: { ...group, streams: { ...group.streams, [at.stream]: at.entry } } };
}
