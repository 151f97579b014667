import { unreachable } from "../asserts.ts";
import type { Visibility } from "../decision.ts";
import type { DiscussionEvent } from "../events.ts";

/** The form in which a discussion's event goes to a viewer whose stays cover it (VIS2). */
export function discussionEventTo(event: DiscussionEvent): Visibility {
  switch (event.type) {
    case "create":
    case "add-members":
    case "remove-member":
    case "leave":
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return "full";
    default:
      return unreachable(event);
  }
}
