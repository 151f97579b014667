/** Who may do what in a group (GRP2, DISC4): the one table that `decide` judges by, and that docs/protocol.md shows. @module */
import type { Role } from "../state.ts";

/** What a member may want to do. */
export type GroupAct =
  | "rename"
  | "describe"
  | "set-avatar"
  | "add"
  | "invite"
  | "revoke-own-invite"
  | "leave"
  | "remove"
  | "revoke-invite"
  | "set-role"
  | "hand-over"
  | "archive";

export interface GroupRight {
  /** The least role. */
  readonly who: Role;
  /** Only on those whose role is below one's own. */
  readonly onThoseBelow?: true;
  /** A direct group is of its two people, for ever (GRP1); in an archived one nothing begins. */
  readonly notIn: readonly ("direct" | "archived")[];
}

export const GROUP_RIGHTS: Readonly<Record<GroupAct, GroupRight>> = {
  "rename": { who: "member", notIn: ["archived"] },
  "describe": { who: "member", notIn: ["archived"] },
  "set-avatar": { who: "member", notIn: ["archived"] },
  "add": { who: "member", notIn: ["direct", "archived"] },
  "invite": { who: "member", notIn: ["direct", "archived"] },
  "revoke-own-invite": { who: "member", notIn: [] },
  "leave": { who: "member", notIn: ["direct"] },
  "remove": { who: "moderator", onThoseBelow: true, notIn: ["direct"] },
  "revoke-invite": { who: "moderator", notIn: [] },
  "set-role": { who: "owner", notIn: ["direct"] },
  "hand-over": { who: "owner", notIn: ["direct"] },
  "archive": { who: "owner", notIn: ["direct", "archived"] },
};
