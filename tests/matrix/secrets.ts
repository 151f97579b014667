/** What a place holds that not everybody may see, and who may. @module */
import { type Cast, type Person } from "./cast.ts";
import { hexOf, type Place } from "./place.ts";
import type { Column } from "./table.ts";

/** `flags`: what moderators and whoever flagged know; `invites`: what the group's owner and moderators know. */
type Kind = "group" | "people" | "talk" | "later" | "flags" | "invites";

const MEMBERS: readonly Kind[] = ["group", "people", "talk", "later"];
const ALL: readonly Kind[] = [...MEMBERS, "flags", "invites"];

/** By hand, like the table (VIS1–4, MOD2). Moderators of the group read flags in the queue only. */
const SEES: Readonly<Record<Column, readonly Kind[]>> = {
  anon: [],
  stranger: [],
  outside: ["group", "people"],
  ex: ["group", "people", "talk"],
  member: MEMBERS,
  muted: MEMBERS,
  mod: [...MEMBERS, "flags"],
  owner: [...MEMBERS, "flags"],
  gmod: [...MEMBERS, "invites"],
  gowner: [...MEMBERS, "invites"],
  blocked: MEMBERS,
  blocker: MEMBERS,
  operator: [],
};

/** Texts and ids of a place, by kind. */
function held(
  { cast, group, discussion, message, later, own, ownersFlag, words }: Place,
): Record<Kind, readonly string[]> {
  return {
    group: [group, words.groupName],
    people: peopleOf(cast).flatMap(({ user, handle, name }) => [user, handle, name]),
    talk: [discussion, message, ...own.values(), words.discussionName, words.text, words.ownText],
    later: [later, words.laterText],
    flags: [ownersFlag, words.flagReason],
    invites: [hexOf(words.inviteHash)],
  };
}

function peopleOf({ stranger: _, guest: _guest, bystander: _bystander, ...members }: Cast): readonly Person[] {
  return Object.values(members);
}

/** What stands in a text that the column's person may not see, leaving out what they said themselves. */
export function leaked(
  text: string,
  { place, column, self, said }: { place: Place; column: Column; self: Person; said: string },
): string[] {
  const all = held(place);
  const hidden = ALL.filter((kind) => !SEES[column].includes(kind)).flatMap((kind) => all[kind]);
  const own = new Set<string>([self.user, self.handle, self.name]);
  return hidden.filter((secret) => !own.has(secret) && !said.includes(secret) && text.includes(secret));
}
