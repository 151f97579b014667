/** What can happen in a discussion's stream (DISC1, MSG1–4). @module */
import type { DiscussionId, EventId, GroupId, MessageId, UserId } from "../ids.ts";
import type { Seq, UnixMs } from "../scalars.ts";
import type { DraftShape, HistoryFrom, MessageContent } from "./shape.ts";

export type NewMessage = DraftShape<DiscussionId, "new-message", MessageContent & { replyTo?: MessageId }, MessageId>;
export type EditMessage = DraftShape<
  DiscussionId,
  "edit-message",
  MessageContent & { target: MessageId; baseRevision?: number }
>;
export type DeleteMessage = DraftShape<
  DiscussionId,
  "delete-message",
  { target: MessageId; reason?: string; flag?: EventId }
>;
export type ReactToMessage = DraftShape<
  DiscussionId,
  "react-to-message",
  { target: MessageId; emoji: string; on: boolean }
>;
export type MessageDraft = NewMessage | EditMessage | DeleteMessage | ReactToMessage;

/** Until when people of the group may join by themselves, and what they then see (DISC3). */
export interface JoinWindow {
  until: UnixMs;
  historyFrom: "all" | "now";
}
/** Why a moderator did something, and the flag that it answers (MOD1). The flag is for moderators only (VIS2). */
export interface Because {
  reason?: string;
  flag?: EventId;
}

/** `members` are people of the group besides the actor, who becomes the owner. `curatedBy`: who may rename, describe, pin and add; left out: members. */
export type CreateDiscussion = DraftShape<
  DiscussionId,
  "create",
  {
    group: GroupId;
    name: string;
    members: readonly UserId[];
    description?: string;
    curatedBy?: "moderators";
    join?: JoinWindow;
    /** The message that this discussion goes on from (DISC3). */
    continues?: { discussion: DiscussionId; message: MessageId };
  }
>;
export type RenameDiscussion = DraftShape<DiscussionId, "rename", { name: string }>;
/** At least one of the two; an empty description takes it away. Only moderators say who curates. */
export type DescribeDiscussion = DraftShape<
  DiscussionId,
  "describe",
  { description?: string; curatedBy?: "members" | "moderators" }
>;
export type AddToDiscussion = DraftShape<
  DiscussionId,
  "add-members",
  { users: readonly UserId[]; historyFrom: HistoryFrom }
>;
/** Within the join window, by somebody of the group. */
export type JoinDiscussion = DraftShape<DiscussionId, "join", Record<never, never>>;
/** `since`: the seq of the add that this answers; a membership that began elsewhere makes it `Superseded` (FACT2). */
export type RemoveFromDiscussion = DraftShape<
  DiscussionId,
  "remove-member",
  { user: UserId; since?: Seq } & Because
>;
export type LeaveDiscussion = DraftShape<DiscussionId, "leave", Record<never, never>>;
/** `owner` hands the discussion over: who had it becomes a moderator. */
export type SetDiscussionRole = DraftShape<
  DiscussionId,
  "set-role",
  { user: UserId; role: "owner" | "moderator" | "member" }
>;
export type PinMessage = DraftShape<DiscussionId, "pin-message", { target: MessageId }>;
export type UnpinMessage = DraftShape<DiscussionId, "unpin-message", { target: MessageId }>;
export type LockDiscussion = DraftShape<DiscussionId, "lock", Because>;
export type UnlockDiscussion = DraftShape<DiscussionId, "unlock", Record<never, never>>;
export type CloseDiscussion = DraftShape<DiscussionId, "close", Because>;
export type ReopenDiscussion = DraftShape<DiscussionId, "reopen", Record<never, never>>;
/** Without `until` it lasts until it is taken back. */
export type MuteMember = DraftShape<DiscussionId, "mute-member", { user: UserId; until?: UnixMs } & Because>;
export type UnmuteMember = DraftShape<DiscussionId, "unmute-member", { user: UserId }>;
/** Ends the member's stay too. */
export type BanMember = DraftShape<DiscussionId, "ban-member", { user: UserId; until?: UnixMs } & Because>;
export type UnbanMember = DraftShape<DiscussionId, "unban-member", { user: UserId }>;
/** At least `seconds` between two messages of one member; 0 ends it. */
export type SetSlowMode = DraftShape<DiscussionId, "set-slow-mode", { seconds: number; until?: UnixMs }>;
export type FlagMessage = DraftShape<DiscussionId, "flag-message", { target: MessageId; reason?: string }>;
/** `flag`: the id of the `flag-message` that it answers (MOD2). */
export type ResolveFlag = DraftShape<
  DiscussionId,
  "resolve-flag",
  { flag: EventId; verdict: "upheld" | "dismissed"; reason?: string }
>;
export type ExpungeReason = "purge" | "erase" | "retention";
/** All messages of one author up to a seq count as deleted from here on, by one mark (MOD1, ERASE1). */
export type Expunge = DraftShape<
  DiscussionId,
  "expunge",
  { author: UserId; upToSeq: Seq; why: ExpungeReason } & Because
>;
/** The other end of `continues`: a new discussion goes on from the target. */
export type Continued = DraftShape<DiscussionId, "continued", { target: MessageId; discussion: DiscussionId }>;

export type DiscussionDraft =
  | CreateDiscussion
  | RenameDiscussion
  | DescribeDiscussion
  | AddToDiscussion
  | JoinDiscussion
  | RemoveFromDiscussion
  | LeaveDiscussion
  | SetDiscussionRole
  | PinMessage
  | UnpinMessage
  | LockDiscussion
  | UnlockDiscussion
  | CloseDiscussion
  | ReopenDiscussion
  | MuteMember
  | UnmuteMember
  | BanMember
  | UnbanMember
  | SetSlowMode
  | FlagMessage
  | ResolveFlag
  | Expunge
  | Continued
  | MessageDraft;
