/** What can happen in a user's own stream: what they say of themselves, and the effects of FACT2. @module */
import type { DiscussionId, GroupId, UserId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import type { Actor, Attachment, DraftShape } from "./shape.ts";

export type Register = DraftShape<UserId, "register", { handle: string; name: string }>;
/** What is left out stays; an empty `about` and a null avatar take it away. */
export type SetProfile = DraftShape<
  UserId,
  "set-profile",
  { name?: string; about?: string; avatar?: Attachment | null }
>;
/** Records what the directory has granted (USR2): made by the server alone. */
export type SetHandle = DraftShape<UserId, "set-handle", { handle: string }>;
export type BlockUser = DraftShape<UserId, "block-user", { user: UserId }>;
export type UnblockUser = DraftShape<UserId, "unblock-user", { user: UserId }>;
export type EndAccount = DraftShape<UserId, "end-account", Record<never, never>>;
/** `stream`/`seq`: the add event. For a group `stream` = `group` and `groupSeq` = `seq`; else `groupSeq` is the group's seq the add was decided on. */
export type AddedTo = DraftShape<
  UserId,
  "added-to",
  { stream: GroupId | DiscussionId; seq: Seq; group: GroupId; groupSeq: Seq; by: Actor }
>;
export type RemovedFrom = DraftShape<UserId, "removed-from", { stream: DiscussionId; seq: Seq }>;
/** Leaving or removal from the group, at the group's seq. */
export type LeftGroup = DraftShape<UserId, "left-group", { group: GroupId; groupSeq: Seq }>;

export type UserDraft =
  | Register
  | SetProfile
  | SetHandle
  | BlockUser
  | UnblockUser
  | EndAccount
  | AddedTo
  | RemovedFrom
  | LeftGroup;
