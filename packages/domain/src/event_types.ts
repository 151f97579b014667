import type { DiscussionDraft, GroupDraft, UserDraft } from "./events.ts";

/** The types of event that each kind of stream can hold. */
export const EVENT_TYPES = {
  user: ["register", "added-to", "removed-from", "left-group"],
  group: ["create", "add-members", "remove-member", "leave"],
  discussion: [
    "create",
    "add-members",
    "remove-member",
    "leave",
    "new-message",
    "edit-message",
    "delete-message",
    "react-to-message",
  ],
} as const satisfies {
  user: readonly UserDraft["type"][];
  group: readonly GroupDraft["type"][];
  discussion: readonly DiscussionDraft["type"][];
};

/** Types that no user may propose through the API: gatz makes them itself. */
export const SYSTEM_TYPES: readonly UserDraft["type"][] = EVENT_TYPES.user;
