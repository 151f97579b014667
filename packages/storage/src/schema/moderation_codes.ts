import type { DiscussionDraft } from "@gatz/domain";
import { EVENT_CODES } from "./codes.ts";

/** What moderators do to people and their messages, and the flags that ask for it. */
const MODERATION = [
  ...["delete-message", "remove-member", "set-role", "lock", "unlock", "close", "reopen"] as const,
  ...["mute-member", "unmute-member", "ban-member", "unban-member", "set-slow-mode"] as const,
  ...["flag-message", "resolve-flag", "expunge"] as const,
] satisfies readonly DiscussionDraft["type"][];

/** Their codes as SQL, the same in the index `events_moderation` and in what reads it: another list needs another index. */
export const MODERATION_CODES = MODERATION.map((type) => EVENT_CODES.discussion[type]).join(", ");
