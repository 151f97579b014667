import { unreachable } from "../asserts.ts";
import type { Visibility } from "../decision.ts";
import type { GroupEvent } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";
import type { GroupState } from "../state.ts";

/** The form in which a group's event goes to a viewer whose stays cover it (VIS1, VIS2). */
export function groupEventTo(event: GroupEvent, viewer: UserId, state: GroupState): Visibility {
  switch (event.type) {
    case "create":
    case "rename":
    case "describe":
    case "set-avatar":
    case "add-members":
    case "remove-member":
    case "leave":
    case "set-role":
    case "transfer-ownership":
    case "discussion-open":
    case "archive":
      return "full";
    case "create-invite":
    case "revoke-invite":
    case "join-by-invite": {
      const role = roleOf(state, viewer);
      return role === "owner" || role === "moderator" ? "full" : "public";
    }
    default:
      return unreachable(event);
  }
}
