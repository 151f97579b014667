import { z } from "zod";
import type { DiscussionDraft, Draft, GroupDraft } from "../events.ts";
import {
  zAddMembersBody,
  zCreateDiscussionBody,
  zCreateGroupBody,
  zDeleteMessageBody,
  zEditMessageBody,
  zLeaveBody,
  zNewMessageBody,
  zReactToMessageBody,
  zRemoveMemberBody,
} from "./bodies.ts";
import { zDiscussionId, zGroupId, zNewDiscussionId, zNewEventId, zNewGroupId, zNewMessageId } from "./ids.ts";

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

const event = { id: zNewEventId };

/** What a client may propose to a group, by type. */
export const GROUP_DRAFTS = {
  "create": draft("create", { ...event, stream: zNewGroupId, body: zCreateGroupBody }),
  "add-members": draft("add-members", { ...event, stream: zGroupId, body: zAddMembersBody }),
  "remove-member": draft("remove-member", { ...event, stream: zGroupId, body: zRemoveMemberBody }),
  "leave": draft("leave", { ...event, stream: zGroupId, body: zLeaveBody }),
} satisfies Record<GroupDraft["type"], z.ZodType<GroupDraft>>;

const inDiscussion = { ...event, stream: zDiscussionId };

/** What a client may propose to a discussion, by type. */
export const DISCUSSION_DRAFTS = {
  "create": draft("create", { ...event, stream: zNewDiscussionId, body: zCreateDiscussionBody }),
  "add-members": draft("add-members", { ...inDiscussion, body: zAddMembersBody }),
  "remove-member": draft("remove-member", { ...inDiscussion, body: zRemoveMemberBody }),
  "leave": draft("leave", { ...inDiscussion, body: zLeaveBody }),
  "new-message": draft("new-message", { id: zNewMessageId, stream: zDiscussionId, body: zNewMessageBody }),
  "edit-message": draft("edit-message", { ...inDiscussion, body: zEditMessageBody }),
  "delete-message": draft("delete-message", { ...inDiscussion, body: zDeleteMessageBody }),
  "react-to-message": draft("react-to-message", { ...inDiscussion, body: zReactToMessageBody }),
} satisfies Record<DiscussionDraft["type"], z.ZodType<DiscussionDraft>>;

/** The schemas of one kind of stream by type. */
export type DraftSchemas = Readonly<Record<string, z.ZodType<Draft>>>;
