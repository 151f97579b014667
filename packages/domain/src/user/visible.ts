import { unreachable } from "../asserts.ts";
import type { Visibility } from "../decision.ts";
import type { UserEvent } from "../events.ts";

/** The form in which a user's event goes to its one viewer, the user (VIS1). */
export function userEventTo(event: UserEvent): Visibility {
  switch (event.type) {
    case "register":
    case "set-profile":
    case "set-handle":
    case "block-user":
    case "unblock-user":
    case "end-account":
    case "added-to":
    case "removed-from":
    case "left-group":
      return "full";
    default:
      return unreachable(event);
  }
}
