import type { AnyEventId, DiscussionId, EventId, GroupId, MessageId, StreamId, UserId } from "./ids.ts";
import type { Seq, Sha256, UnixMs } from "./scalars.ts";

/** Who an event is by: a user, or gatz itself for effects (FACT2). */
export type Actor = UserId | "system";

/** How far back a new member sees (VIS1): everything, from the adding on, or from a seq. */
export type HistoryFrom = "all" | "now" | Seq;

/** A content-addressed attachment (BLOB1). */
export interface Attachment {
  sha256: Sha256;
  bytes: number;
  mime: string;
  name: string;
  width?: number;
  height?: number;
  thumbhash?: string;
}

export interface MessageContent {
  text: string;
  mentions: readonly UserId[];
  attachments: readonly Attachment[];
}

/**
 * What a client proposes (or an effect demands): an event that is not accepted yet. `version` is that of the body's shape (LOG7).
 */
export interface DraftShape<Stream extends StreamId, Type extends string, Body, Id extends AnyEventId = EventId> {
  readonly stream: Stream;
  readonly id: Id;
  readonly type: Type;
  readonly version: 1;
  readonly body: Readonly<Body>;
}

// A discussion's stream (DISC1, MSG1–4).
export type NewMessage = DraftShape<DiscussionId, "new-message", MessageContent & { replyTo?: MessageId }, MessageId>;
export type EditMessage = DraftShape<
  DiscussionId,
  "edit-message",
  MessageContent & { target: MessageId; baseRevision?: number }
>;
export type DeleteMessage = DraftShape<DiscussionId, "delete-message", { target: MessageId; reason?: string }>;
export type ReactToMessage = DraftShape<
  DiscussionId,
  "react-to-message",
  { target: MessageId; emoji: string; on: boolean }
>;
export type MessageDraft = NewMessage | EditMessage | DeleteMessage | ReactToMessage;

/** `members` are people of the group besides the actor, who becomes the owner. */
export type CreateDiscussion = DraftShape<
  DiscussionId,
  "create",
  { group: GroupId; name: string; members: readonly UserId[] }
>;
export type AddToDiscussion = DraftShape<
  DiscussionId,
  "add-members",
  { users: readonly UserId[]; historyFrom: HistoryFrom }
>;
/** `since`: the seq of the add that this answers; a membership that began elsewhere makes it `Superseded` (FACT2). */
export type RemoveFromDiscussion = DraftShape<
  DiscussionId,
  "remove-member",
  { user: UserId; since?: Seq; reason?: string }
>;
export type LeaveDiscussion = DraftShape<DiscussionId, "leave", Record<never, never>>;
export type DiscussionDraft =
  | CreateDiscussion
  | AddToDiscussion
  | RemoveFromDiscussion
  | LeaveDiscussion
  | MessageDraft;

// A group's stream (GRP1–2).
export type CreateGroup = DraftShape<GroupId, "create", { name: string; members: readonly UserId[] }>;
export type AddToGroup = DraftShape<GroupId, "add-members", { users: readonly UserId[]; historyFrom: HistoryFrom }>;
export type RemoveFromGroup = DraftShape<GroupId, "remove-member", { user: UserId; since?: Seq; reason?: string }>;
export type LeaveGroup = DraftShape<GroupId, "leave", Record<never, never>>;
export type GroupDraft = CreateGroup | AddToGroup | RemoveFromGroup | LeaveGroup;

// A user's stream: registration, and the effects of FACT2.
export type Register = DraftShape<UserId, "register", { handle: string; name: string }>;
/** `stream`/`seq`: the add event. For a group `stream` = `group` and `groupSeq` = `seq`; else `groupSeq` is the group's seq the add was decided on. */
export type AddedTo = DraftShape<
  UserId,
  "added-to",
  { stream: GroupId | DiscussionId; seq: Seq; group: GroupId; groupSeq: Seq; by: Actor }
>;
export type RemovedFrom = DraftShape<UserId, "removed-from", { stream: DiscussionId; seq: Seq }>;
/** Leaving or removal from the group, at the group's seq. */
export type LeftGroup = DraftShape<UserId, "left-group", { group: GroupId; groupSeq: Seq }>;
export type UserDraft = Register | AddedTo | RemovedFrom | LeftGroup;

export type Draft = DiscussionDraft | GroupDraft | UserDraft;
export type EventType = Draft["type"];

/** A draft and who proposes it. */
export type Proposal<D extends Draft = Draft> = D & { readonly actor: Actor };

export type SkipCode = "NotAddable" | "Unavailable";

/** What the decision adds to the draft (LOG1). Nothing is stored for empty fields. */
export interface Decided {
  /** The streams, other than this one, on whose state it was decided, each at the seq that was read (FACT1). */
  basis?: readonly { stream: StreamId; seq: Seq }[];
  /** The seq of the body's `target`. */
  targetSeq?: Seq;
  /** The seq of the body's `replyTo`. */
  replyToSeq?: Seq;
  /** People named in the body whom the decision left out. */
  skipped?: readonly { user: UserId; code: SkipCode }[];
  /** A right that came from the group, not from this stream (LOG8). */
  right?: "group-owner" | "group-moderator";
}

/** An accepted fact: the draft unchanged, and what the decision adds. */
export type EventOf<D extends Draft> = D extends Draft
  ? Readonly<D> & { readonly actor: Actor; readonly seq: Seq; readonly at: UnixMs; readonly decided: Decided }
  : never;
export type DiscussionEvent = EventOf<DiscussionDraft>;
export type MessageEvent = EventOf<MessageDraft>;
export type GroupEvent = EventOf<GroupDraft>;
export type UserEvent = EventOf<UserDraft>;
/** Any event of any stream. (`Event` is taken by the platform.) */
export type LogEvent = EventOf<Draft>;

/** Whether an event is one of the four about messages. */
export function isMessageEvent(event: LogEvent): event is MessageEvent {
  switch (event.type) {
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return true;
    default:
      return false;
  }
}
