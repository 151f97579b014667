/** What can happen in a group's stream (GRP1–3). @module */
import type { DiscussionId, EventId, GroupId, UserId } from "../ids.ts";
import type { Seq, Sha256, UnixMs } from "../scalars.ts";
import type { Attachment, DraftShape, HistoryFrom } from "./shape.ts";

/** `direct`: the one group of two people, at the id that is derived from theirs. */
export type CreateGroup = DraftShape<
  GroupId,
  "create",
  { name: string; members: readonly UserId[]; description?: string; direct?: true }
>;
export type RenameGroup = DraftShape<GroupId, "rename", { name: string }>;
/** An empty description takes it away. */
export type DescribeGroup = DraftShape<GroupId, "describe", { description: string }>;
export type SetGroupAvatar = DraftShape<GroupId, "set-avatar", { avatar: Attachment | null }>;
export type AddToGroup = DraftShape<GroupId, "add-members", { users: readonly UserId[]; historyFrom: HistoryFrom }>;
export type RemoveFromGroup = DraftShape<GroupId, "remove-member", { user: UserId; since?: Seq; reason?: string }>;
export type LeaveGroup = DraftShape<GroupId, "leave", Record<never, never>>;
export type SetGroupRole = DraftShape<GroupId, "set-role", { user: UserId; role: "moderator" | "member" }>;
/** Who had it becomes a moderator. */
export type TransferOwnership = DraftShape<GroupId, "transfer-ownership", { to: UserId }>;
/** `hash`: SHA-256 of a token that the client made and keeps (GRP3). The invite's id is the event's. */
export type CreateInvite = DraftShape<GroupId, "create-invite", { hash: Sha256; expiresAt?: UnixMs; maxUses?: number }>;
export type RevokeInvite = DraftShape<GroupId, "revoke-invite", { invite: EventId }>;
/** Made by the server alone, for who has shown the token. */
export type JoinByInvite = DraftShape<GroupId, "join-by-invite", { invite: EventId }>;
/** A discussion of the group may be joined until then (DISC3): an effect of its `create`. */
export type DiscussionOpen = DraftShape<
  GroupId,
  "discussion-open",
  { discussion: DiscussionId; name: string; size: number; until: UnixMs }
>;
/** Nothing begins in it any more. */
export type ArchiveGroup = DraftShape<GroupId, "archive", Record<never, never>>;

export type GroupDraft =
  | CreateGroup
  | RenameGroup
  | DescribeGroup
  | SetGroupAvatar
  | AddToGroup
  | RemoveFromGroup
  | LeaveGroup
  | SetGroupRole
  | TransferOwnership
  | CreateInvite
  | RevokeInvite
  | JoinByInvite
  | DiscussionOpen
  | ArchiveGroup;
