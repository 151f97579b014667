/** Who may do what in a discussion, and when (DISC4): the one table that `decide` judges by, and that docs/protocol.md shows. @module */

/** What somebody may want to do. */
export type Act =
  | "send"
  | "react"
  | "edit-own"
  | "delete-own"
  | "flag"
  | "leave"
  | "rename"
  | "describe"
  | "pin"
  | "add"
  | "join"
  | "delete-others"
  | "mute"
  | "remove"
  | "ban"
  | "purge"
  | "resolve-flag"
  | "lock"
  | "close"
  | "slow-mode"
  | "say-who-curates"
  | "oversee"
  | "set-role";

/** Least roles, in rising order. A `curator` is any member, or a moderator where the discussion says so. */
export type Least = "anybody-of-the-group" | "member" | "curator" | "moderator" | "owner";

/** What can keep from an act whoever has the role for it. Slow mode binds those below moderator. */
export type Hindrance = "closed" | "locked" | "muted" | "slowed";

export interface Right {
  readonly who: Least;
  /** Only on those whose role is below one's own. */
  readonly onThoseBelow?: true;
  readonly notWhile: readonly Hindrance[];
}

const NEVER: readonly Hindrance[] = [];

export const RIGHTS: Readonly<Record<Act, Right>> = {
  "send": { who: "member", notWhile: ["closed", "locked", "muted", "slowed"] },
  "react": { who: "member", notWhile: ["closed", "locked", "muted"] },
  "edit-own": { who: "member", notWhile: ["closed", "locked", "muted"] },
  "delete-own": { who: "member", notWhile: ["closed"] },
  "flag": { who: "member", notWhile: NEVER },
  "leave": { who: "member", notWhile: NEVER },
  // A name and a pin can be shouted as well as a message.
  "rename": { who: "curator", notWhile: ["closed", "locked", "muted"] },
  "describe": { who: "curator", notWhile: ["closed", "locked", "muted"] },
  "pin": { who: "curator", notWhile: ["closed", "locked", "muted"] },
  "add": { who: "curator", notWhile: ["closed", "locked"] },
  "join": { who: "anybody-of-the-group", notWhile: ["closed", "locked"] },
  "delete-others": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "mute": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "remove": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "ban": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "purge": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "resolve-flag": { who: "moderator", onThoseBelow: true, notWhile: NEVER },
  "lock": { who: "moderator", notWhile: NEVER },
  "close": { who: "moderator", notWhile: NEVER },
  "slow-mode": { who: "moderator", notWhile: NEVER },
  "say-who-curates": { who: "moderator", notWhile: NEVER },
  "oversee": { who: "moderator", notWhile: NEVER },
  "set-role": { who: "owner", onThoseBelow: true, notWhile: NEVER },
};
