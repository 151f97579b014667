import { unreachable } from "../asserts.ts";
import type { Facts } from "../decision.ts";
import type { Decided } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";
import type { DiscussionState, Role } from "../state.ts";

/** Whether a right is held; `decided` names the group's part in it (LOG8). `unknown`: only the group could tell, and it does not answer. */
export type Authority = { kind: "yes"; decided: Decided } | { kind: "no" } | { kind: "unknown" };

/**
 * Whether a member may moderate another person's doings: moderators may, over those below their own role, and the group's owner has a
 * moderator's rights in discussions they are a member of (DISC4).
 */
export function mayModerate(
  who: { actor: UserId; over: UserId },
  scene: { readonly state: DiscussionState; readonly facts: Facts },
): Authority {
  const { state, facts } = scene;
  const below = rank(roleOf(state, who.over) ?? "member");
  if (rank(roleOf(state, who.actor) ?? "member") > below) return { kind: "yes", decided: {} };
  if (rank("moderator") <= below) return { kind: "no" };
  const group = facts.group ?? { kind: "unavailable" };
  switch (group.kind) {
    case "unavailable":
      return { kind: "unknown" };
    case "missing":
      return { kind: "no" };
    case "known": {
      const { id, owner, seq } = group.value;
      if (owner !== who.actor) return { kind: "no" };
      return { kind: "yes", decided: { right: "group-owner", basis: [{ stream: id, seq }] } };
    }
    default:
      return unreachable(group);
  }
}

function rank(role: Role): number {
  switch (role) {
    case "owner":
      return 2;
    case "moderator":
      return 1;
    case "member":
      return 0;
    default:
      return unreachable(role);
  }
}
