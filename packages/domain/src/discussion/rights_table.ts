import { type Act, type Least, type Right, RIGHTS } from "./rights.ts";

/** The table of rights as docs/protocol.md has it: what may be done, who may, and what keeps from it. Acts of equal rights share a row. */
export function rightsTable(): readonly (readonly [what: string, who: string, notWhile: string])[] {
  const acts = Object.keys(RIGHTS) as Act[]; // its keys
  const rows = Map.groupBy(acts, (act) => wordsOf(RIGHTS[act]).join("|"));
  return [...rows.values()].map((same) => [same.map((act) => ACTS[act]).join(", "), ...wordsOf(RIGHTS[same[0]!])]);
}

function wordsOf({ who, onThoseBelow, notWhile }: Right): [string, string] {
  return [onThoseBelow ? `${WHO[who]}, on those below their own role` : WHO[who], notWhile.join(", ")];
}

const ACTS: Readonly<Record<Act, string>> = {
  "send": "send",
  "react": "react",
  "edit-own": "edit one's own",
  "delete-own": "delete one's own",
  "flag": "flag",
  "leave": "leave",
  "rename": "rename",
  "describe": "describe",
  "pin": "pin and unpin",
  "add": "add people of the group",
  "join": "join while the window is open",
  "delete-others": "delete others' messages",
  "mute": "mute and unmute",
  "remove": "remove",
  "ban": "ban and unban",
  "purge": "purge",
  "resolve-flag": "resolve flags on their messages",
  "lock": "lock and unlock",
  "close": "close and reopen",
  "slow-mode": "set slow mode",
  "say-who-curates": "say who curates",
  "oversee": "read flags and what moderators did",
  "set-role": "set roles and hand over",
};

const WHO: Readonly<Record<Least, string>> = {
  "anybody-of-the-group": "people of the group",
  "member": "members",
  "curator": "members±",
  "moderator": "moderators",
  "owner": "the owner",
};
