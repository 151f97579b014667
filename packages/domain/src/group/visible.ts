import { unreachable } from "../asserts.ts";
import type { Visibility } from "../decision.ts";
import type { GroupEvent } from "../events.ts";

/** The form in which a group's event goes to a viewer whose stays cover it (VIS2). */
export function groupEventTo(event: GroupEvent): Visibility {
  switch (event.type) {
    case "create":
    case "add-members":
    case "remove-member":
    case "leave":
      return "full";
    default:
      return unreachable(event);
  }
}
