/** Judges by the table of rights whether somebody may do something in a group (GRP2, DISC4). @module */
import { unreachable } from "../asserts.ts";
import type { Actor } from "../events.ts";
import type { UserId } from "../ids.ts";
import { roleOf } from "../membership.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { GroupState, Role } from "../state.ts";
import { GROUP_RIGHTS, type GroupAct } from "./rights.ts";

export interface GroupActing {
  readonly actor: Actor;
  /** Whom it is done to. */
  readonly over?: UserId;
  /** What a refusal for lack of the right names. */
  readonly field?: string;
}

/** Refuses a member what they have no right to, or what can't be done in such a group; or null. `system` may do anything. */
export function refuseAct(act: GroupAct, acting: GroupActing, state: GroupState): Rejection | null {
  const { actor, over, field = "stream" } = acting;
  if (actor === "system") return null;
  const { who, onThoseBelow, notIn } = GROUP_RIGHTS[act];
  const own = rankOf(state, actor);
  const isBelow = over === undefined || rankOf(state, over) < own;
  if (own < RANKS[who] || (onThoseBelow && !isBelow)) return refuse("Forbidden", { field });
  for (const kind of notIn) {
    const refused = refuseKind(kind, state);
    if (refused) return refused;
  }
  return null;
}

function refuseKind(kind: "direct" | "archived", { direct, archived }: GroupState): Rejection | null {
  switch (kind) {
    case "direct":
      return direct ? refuse("DirectGroup", { field: "stream" }) : null;
    case "archived":
      return archived ? refuse("Archived", { field: "stream" }) : null;
    default:
      return unreachable(kind);
  }
}

const RANKS = { owner: 2, moderator: 1, member: 0 } as const satisfies Record<Role, number>;

function rankOf(state: GroupState, user: UserId): number {
  return RANKS[roleOf(state, user) ?? "member"];
}
