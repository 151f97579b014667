import { answerId } from "./answers.ts";
import type { Draft, EventType } from "./events.ts";
import type { AnyEventId, UserId } from "./ids.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";

/**
 * The event in a user's own stream by which what they did is known there: an effect of their draft, once that is accepted, or the draft
 * itself. Null: it changes nothing of what they are in.
 */
export function arrivalOf(draft: Draft, user: UserId): AnyEventId | null {
  if (!isDiscussionDraft(draft) && !isGroupDraft(draft)) return draft.type === "end-account" ? draft.id : null;
  const told = toldBy(draft);
  return told === null ? null : answerId(draft, told, user);
}

/** What the actor's own stream is told. */
function toldBy(draft: Draft): EventType | null {
  switch (draft.type) {
    case "create":
    case "join":
    case "join-by-invite":
      return "added-to";
    case "leave":
      return isGroupDraft(draft) ? "left-group" : "removed-from";
    default:
      return null;
  }
}
