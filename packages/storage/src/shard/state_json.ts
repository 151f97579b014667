/**
 * The JSON of `stream_states.state` and `message_changes.state`: what of a state has no column or row of its own.
 * Writer and readers share it, so that what one leaves out the other puts back.
 * @module
 */
import {
  type Actor,
  type Attachment,
  type DiscussionState,
  type GroupId,
  type GroupState,
  isMessageEvent,
  type LiveMessage,
  type LogEvent,
  type MessageState,
  type Seq,
  type StreamState,
  type Tombstone,
  type UnixMs,
  unreachable,
  type UserId,
  type UserState,
} from "@gatz/domain";

/** Members are rows; seq and the count of messages are in `streams`. */
export type GroupJson = Omit<GroupState, "kind" | "id" | "seq" | "members">;
export type DiscussionJson = Omit<DiscussionState, "kind" | "id" | "seq" | "messages" | "members">;
/** The inbox's entries are rows; when which group was left has none. */
export type UserJson = Omit<UserState, "kind" | "id" | "seq" | "inbox"> & { left?: Record<GroupId, Seq> };
export type StreamJson = GroupJson | DiscussionJson | UserJson;

/** What differs from the `new-message`. Nothing is stored for empty lists. */
export interface EditedJson {
  kind: "live";
  revision: number;
  editedAt?: UnixMs;
  text: string;
  mentions?: readonly UserId[];
  attachments?: readonly Attachment[];
}
export interface DeletedJson {
  kind: "deleted";
  revision: number;
  by: Actor;
  deletedAt: UnixMs;
  reason?: string;
}
export type MessageChangeJson = EditedJson | DeletedJson;

/**
 * Whether a stream's row in `stream_states`, its members and inbox can be touched by an event; its head always is. Of messages' events only
 * those are that a slow mode notes, or that answer a flag.
 */
export function changesState(
  event: LogEvent,
  { before, after }: { before: StreamState | null; after: StreamState },
): boolean {
  if (!isMessageEvent(event)) return true;
  if (before?.kind !== "discussion" || after.kind !== "discussion") return false;
  return before.lastSent !== after.lastSent || before.flags !== after.flags;
}

export function streamJson(state: StreamState): StreamJson {
  switch (state.kind) {
    case "group": {
      const { kind: _, id: _id, seq: _seq, members: _members, ...own } = state;
      return own;
    }
    case "discussion": {
      const { kind: _, id: _id, seq: _seq, messages: _messages, members: _members, ...own } = state;
      return own;
    }
    case "user":
      return userJson(state);
    default:
      return unreachable(state);
  }
}

function userJson({ kind: _, id: _id, seq: _seq, inbox, ...own }: UserState): UserJson {
  const left: Record<GroupId, Seq> = {};
  for (const [group, { leftAt }] of Object.entries(inbox)) {
    if (leftAt !== undefined) left[group as GroupId] = leftAt; // the keys of an inbox are group ids
  }
  return Object.keys(left).length === 0 ? own : { ...own, left };
}

/** Null if the message needs no row in `message_changes`: its state is its one event's, and its reactions. */
export function messageChangeJson(message: MessageState): MessageChangeJson | null {
  if (message.changedSeq === message.seq) return null;
  return message.kind === "live" ? editedJson(message) : deletedJson(message);
}

function editedJson({ revision, editedAt, text, mentions, attachments }: LiveMessage): EditedJson {
  return {
    kind: "live",
    revision,
    ...(editedAt === undefined ? {} : { editedAt }),
    text,
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

function deletedJson({ revision, by, deletedAt, reason }: Tombstone): DeletedJson {
  return { kind: "deleted", revision, by, deletedAt, ...(reason === undefined ? {} : { reason }) };
}
