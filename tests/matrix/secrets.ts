/** What a place holds that not everybody may see, and who may. @module */
import { type Cast, type Person } from "./cast.ts";
import type { Place } from "./place.ts";
import type { Column } from "./table.ts";

type Kind = "group" | "people" | "talk" | "later";

const ALL: readonly Kind[] = ["group", "people", "talk", "later"];

/** By hand, like the table (VIS1, VIS3, VIS4). */
const SEES: Readonly<Record<Column, readonly Kind[]>> = {
  anon: [],
  stranger: [],
  outside: ["group", "people"],
  ex: ["group", "people", "talk"],
  member: ALL,
  owner: ALL,
  gowner: ALL,
  operator: [],
};

/** Texts and ids of a place, by kind. */
function held({ cast, group, discussion, message, later, own, words }: Place): Record<Kind, readonly string[]> {
  return {
    group: [group, words.groupName],
    people: peopleOf(cast).flatMap(({ user, handle, name }) => [user, handle, name]),
    talk: [discussion, message, ...own.values(), words.discussionName, words.text],
    later: [later, words.laterText],
  };
}

function peopleOf({ stranger: _, guest: _guest, ...members }: Cast): readonly Person[] {
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
