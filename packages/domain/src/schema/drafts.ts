import { z } from "zod";
import type { DiscussionDraft, Draft, GroupDraft, UserDraft } from "../events.ts";
import type { SYSTEM_TYPES } from "../event_types.ts";
import {
  zAddMembersBody,
  zDeleteMessageBody,
  zEditMessageBody,
  zEmptyBody,
  zNewMessageBody,
  zReactToMessageBody,
} from "./bodies.ts";
import {
  zBecauseBody,
  zCreateDiscussionBody,
  zDescribeDiscussionBody,
  zExpungeBody,
  zFlagMessageBody,
  zPardonBody,
  zPinBody,
  zRemoveFromDiscussionBody,
  zRenameBody,
  zResolveFlagBody,
  zSanctionBody,
  zSetDiscussionRoleBody,
  zSetSlowModeBody,
} from "./discussion_bodies.ts";
import {
  zCreateGroupBody,
  zCreateInviteBody,
  zDescribeGroupBody,
  zRemoveFromGroupBody,
  zRevokeInviteBody,
  zSetGroupAvatarBody,
  zSetGroupRoleBody,
  zTransferOwnershipBody,
} from "./group_bodies.ts";
import { zDiscussionId, zGroupId, zNewDiscussionId, zNewEventId, zNewGroupId, zNewMessageId, zUserId } from "./ids.ts";
import { zBlockBody, zEndAccountBody, zSetProfileBody } from "./user_bodies.ts";

/** One type of draft, whole and strict. */
function draft<T extends string, S extends z.ZodType, I extends z.ZodType, B extends z.ZodType>(
  type: T,
  parts: { stream: S; id: I; body: B },
) {
  return z.strictObject({
    stream: parts.stream,
    id: parts.id,
    type: z.literal(type),
    version: z.literal(1),
    body: parts.body,
  });
}

/** What a user may propose of one kind of stream: the rest is gatz's own. */
type Proposed<D extends Draft, K extends keyof typeof SYSTEM_TYPES> = {
  [T in Exclude<D["type"], (typeof SYSTEM_TYPES)[K][number]>]: z.ZodType<Extract<D, { type: T }>>;
};

const event = { id: zNewEventId };
const ofUser = { ...event, stream: zUserId };

/** What a user may propose to their own stream, by type. */
export const USER_DRAFTS = {
  "set-profile": draft("set-profile", { ...ofUser, body: zSetProfileBody }),
  "block-user": draft("block-user", { ...ofUser, body: zBlockBody }),
  "unblock-user": draft("unblock-user", { ...ofUser, body: zBlockBody }),
  "end-account": draft("end-account", { ...ofUser, body: zEndAccountBody }),
} satisfies Proposed<UserDraft, "user">;

const inGroup = { ...event, stream: zGroupId };

/** What a client may propose to a group, by type. */
export const GROUP_DRAFTS = {
  "create": draft("create", { ...event, stream: zNewGroupId, body: zCreateGroupBody }),
  "rename": draft("rename", { ...inGroup, body: zRenameBody }),
  "describe": draft("describe", { ...inGroup, body: zDescribeGroupBody }),
  "set-avatar": draft("set-avatar", { ...inGroup, body: zSetGroupAvatarBody }),
  "add-members": draft("add-members", { ...inGroup, body: zAddMembersBody }),
  "remove-member": draft("remove-member", { ...inGroup, body: zRemoveFromGroupBody }),
  "leave": draft("leave", { ...inGroup, body: zEmptyBody }),
  "set-role": draft("set-role", { ...inGroup, body: zSetGroupRoleBody }),
  "transfer-ownership": draft("transfer-ownership", { ...inGroup, body: zTransferOwnershipBody }),
  "create-invite": draft("create-invite", { ...inGroup, body: zCreateInviteBody }),
  "revoke-invite": draft("revoke-invite", { ...inGroup, body: zRevokeInviteBody }),
  "archive": draft("archive", { ...inGroup, body: zEmptyBody }),
} satisfies Proposed<GroupDraft, "group">;

const inDiscussion = { ...event, stream: zDiscussionId };

/** What a client may propose to a discussion, by type. */
export const DISCUSSION_DRAFTS = {
  "create": draft("create", { ...event, stream: zNewDiscussionId, body: zCreateDiscussionBody }),
  "rename": draft("rename", { ...inDiscussion, body: zRenameBody }),
  "describe": draft("describe", { ...inDiscussion, body: zDescribeDiscussionBody }),
  "add-members": draft("add-members", { ...inDiscussion, body: zAddMembersBody }),
  "join": draft("join", { ...inDiscussion, body: zEmptyBody }),
  "remove-member": draft("remove-member", { ...inDiscussion, body: zRemoveFromDiscussionBody }),
  "leave": draft("leave", { ...inDiscussion, body: zEmptyBody }),
  "set-role": draft("set-role", { ...inDiscussion, body: zSetDiscussionRoleBody }),
  "pin-message": draft("pin-message", { ...inDiscussion, body: zPinBody }),
  "unpin-message": draft("unpin-message", { ...inDiscussion, body: zPinBody }),
  "lock": draft("lock", { ...inDiscussion, body: zBecauseBody }),
  "unlock": draft("unlock", { ...inDiscussion, body: zEmptyBody }),
  "close": draft("close", { ...inDiscussion, body: zBecauseBody }),
  "reopen": draft("reopen", { ...inDiscussion, body: zEmptyBody }),
  "mute-member": draft("mute-member", { ...inDiscussion, body: zSanctionBody }),
  "unmute-member": draft("unmute-member", { ...inDiscussion, body: zPardonBody }),
  "ban-member": draft("ban-member", { ...inDiscussion, body: zSanctionBody }),
  "unban-member": draft("unban-member", { ...inDiscussion, body: zPardonBody }),
  "set-slow-mode": draft("set-slow-mode", { ...inDiscussion, body: zSetSlowModeBody }),
  "flag-message": draft("flag-message", { ...inDiscussion, body: zFlagMessageBody }),
  "resolve-flag": draft("resolve-flag", { ...inDiscussion, body: zResolveFlagBody }),
  "expunge": draft("expunge", { ...inDiscussion, body: zExpungeBody }),
  "new-message": draft("new-message", { id: zNewMessageId, stream: zDiscussionId, body: zNewMessageBody }),
  "edit-message": draft("edit-message", { ...inDiscussion, body: zEditMessageBody }),
  "delete-message": draft("delete-message", { ...inDiscussion, body: zDeleteMessageBody }),
  "react-to-message": draft("react-to-message", { ...inDiscussion, body: zReactToMessageBody }),
} satisfies Proposed<DiscussionDraft, "discussion">;

/** The schemas of one kind of stream by type. */
export type DraftSchemas = Readonly<Record<string, z.ZodType<Draft>>>;
