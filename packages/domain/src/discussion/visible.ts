import { unreachable } from "../asserts.ts";
import type { Visibility } from "../decision.ts";
import type { DiscussionEvent } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";
import type { DiscussionState } from "../state.ts";

/** The form in which a discussion's event goes to a viewer whose stays cover it (VIS2). */
export function discussionEventTo(event: DiscussionEvent, viewer: UserId, state: DiscussionState): Visibility {
  switch (event.type) {
    case "create":
    case "rename":
    case "describe":
    case "add-members":
    case "join":
    case "leave":
    case "set-role":
    case "pin-message":
    case "unpin-message":
    case "unlock":
    case "reopen":
    case "unmute-member":
    case "unban-member":
    case "set-slow-mode":
    case "continued":
    case "new-message":
    case "edit-message":
    case "react-to-message":
      return "full";
    // Which flag a moderator answers is between moderators (MOD1).
    case "remove-member":
    case "lock":
    case "close":
    case "mute-member":
    case "ban-member":
    case "expunge":
    case "delete-message":
      return event.body.flag === undefined || isModerator(viewer, state) ? "full" : "public";
    // Who flags what is between the flagger and the moderators (MOD2).
    case "flag-message":
      return event.actor === viewer || isModerator(viewer, state) ? "full" : "opaque";
    case "resolve-flag":
      return isModerator(viewer, state) ? "full" : "opaque";
    default:
      return unreachable(event);
  }
}

/** By the discussion's own roles: a right held through the group is not known here; who has one reads the queue. */
function isModerator(viewer: UserId, state: DiscussionState): boolean {
  const role = roleOf(state, viewer);
  return role === "owner" || role === "moderator";
}
