import type { DiscussionDraft, Draft, GroupDraft, UserDraft } from "./events.ts";
import { isDiscussionStream, isGroupStream } from "./streams.ts";

/** The types of event that each kind of stream can hold. */
export const EVENT_TYPES = {
  user: [
    ...["register", "set-profile", "set-handle", "block-user", "unblock-user", "end-account"] as const,
    ...["added-to", "removed-from", "left-group"] as const,
  ],
  group: [
    ...["create", "rename", "describe", "set-avatar", "add-members", "remove-member", "leave", "set-role"] as const,
    ...[
      "transfer-ownership",
      "create-invite",
      "revoke-invite",
      "join-by-invite",
      "discussion-open",
      "archive",
    ] as const,
  ],
  discussion: [
    ...["create", "rename", "describe", "add-members", "join", "remove-member", "leave", "set-role"] as const,
    ...["pin-message", "unpin-message", "lock", "unlock", "close", "reopen", "mute-member", "unmute-member"] as const,
    ...["ban-member", "unban-member", "set-slow-mode", "flag-message", "resolve-flag", "expunge", "continued"] as const,
    ...["new-message", "edit-message", "delete-message", "react-to-message"] as const,
  ],
} as const satisfies {
  user: readonly UserDraft["type"][];
  group: readonly GroupDraft["type"][];
  discussion: readonly DiscussionDraft["type"][];
};

/** Types that no user may propose through `log.offer`, by kind of stream: gatz makes them itself, or only after it has checked more. */
export const SYSTEM_TYPES = {
  user: ["register", "set-handle", "added-to", "removed-from", "left-group"],
  group: ["join-by-invite", "discussion-open"],
  discussion: ["continued"],
} as const satisfies {
  user: readonly UserDraft["type"][];
  group: readonly GroupDraft["type"][];
  discussion: readonly DiscussionDraft["type"][];
};

/** Whether a type of a stream's events is one of {@link SYSTEM_TYPES}. */
export function isSystemType({ stream, type }: { stream: Draft["stream"]; type: string }): boolean {
  const kind = isDiscussionStream(stream) ? "discussion" : isGroupStream(stream) ? "group" : "user";
  return (SYSTEM_TYPES[kind] as readonly string[]).includes(type);
}
