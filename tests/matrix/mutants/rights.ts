/** The two tables of rights, each of whose rows is a guard. @module */
import type { Row } from "../rows.ts";
import { type Mutant, type Read, rowsOf } from "./mutant.ts";

const DOMAIN = "packages/domain/src";

/** Which types of draft are judged by which act. */
const TYPES: Readonly<Record<"discussion" | "group", Readonly<Record<string, readonly string[]>>>> = {
  discussion: {
    "send": ["new-message"],
    "react": ["react-to-message"],
    "edit-own": ["edit-message"],
    "delete-own": ["delete-message"],
    "delete-others": ["delete-message"],
    "flag": ["flag-message"],
    "leave": ["leave"],
    "rename": ["rename"],
    "describe": ["describe"],
    "say-who-curates": ["describe"],
    "pin": ["pin-message", "unpin-message"],
    "add": ["add-members"],
    "join": ["join"],
    "mute": ["mute-member", "unmute-member"],
    "remove": ["remove-member"],
    "ban": ["ban-member", "unban-member"],
    "purge": ["expunge"],
    "resolve-flag": ["resolve-flag"],
    "lock": ["lock", "unlock"],
    "close": ["close", "reopen"],
    "slow-mode": ["set-slow-mode"],
    "set-role": ["set-role"],
  },
  group: {
    "rename": ["rename"],
    "describe": ["describe"],
    "set-avatar": ["set-avatar"],
    "add": ["add-members"],
    "invite": ["create-invite"],
    "revoke-own-invite": ["revoke-invite"],
    "revoke-invite": ["revoke-invite"],
    "leave": ["leave"],
    "remove": ["remove-member"],
    "set-role": ["set-role"],
    "hand-over": ["transfer-ownership"],
    "archive": ["archive"],
  },
};
/** Acts that no draft is judged by, and the procedures that are. */
const PROCEDURES: Readonly<Record<string, readonly string[]>> = {
  "oversee": ["moderation.queue", "moderation.sanctions", "moderation.evidence", "moderation.audit"],
};
const RIGHT = /^ {2}"([\w-]+)": \{ who: "([\w-]+)",(.*)\},$/;

/** Each right given to all members, also over those above them, and whatever hinders. */
export function rightsMutants(rows: readonly Row[], read: Read): Mutant[] {
  return (["discussion", "group"] as const).flatMap((kind) => {
    const file = `${DOMAIN}/${kind}/rights.ts`;
    const rights = read(file).split("\n").flatMap((line) => {
      const found = RIGHT.exec(line);
      return found === null ? [] : [{ line, act: found[1]!, who: found[2]!, more: found[3]! }];
    });
    if (rights.length === 0) throw new Error(`${file} has no rights`);
    return rights.flatMap(({ line, act, who, more }): Mutant[] => {
      const concerned = concernedBy(act, { kind, rows });
      const changed = (guard: string, replace: string) => (
        { guard: `${kind}: ${act} ${guard}`, rows: concerned, edits: [{ file, find: line, replace }] }
      );
      const isOpen = who === "member" || who === "anybody-of-the-group";
      return [
        ...(isOpen ? [] : [changed("by every member", `  "${act}": { who: "member",${withoutBelow(more)}},`)]),
        ...(more.includes("onThoseBelow")
          ? [changed("on those who are not below", `  "${act}": { who: "${who}",${withoutBelow(more)}},`)]
          : []),
        ...(/notWhile: \[/.test(more)
          ? [
            changed(
              "whatever hinders",
              `  "${act}": { who: "${who}",${more.replace(/notWhile: \[.*\]/, "notWhile: []")}},`,
            ),
          ]
          : []),
      ];
    });
  });
}

function withoutBelow(more: string): string {
  return more.replace(" onThoseBelow: true,", "");
}

function concernedBy(
  act: string,
  { kind, rows }: { kind: "discussion" | "group"; rows: readonly Row[] },
): readonly Row[] {
  const procedures = PROCEDURES[act];
  if (procedures !== undefined) return rows.filter(({ procedure }) => procedures.includes(procedure));
  const types = TYPES[kind][act];
  if (types === undefined) throw new Error(`which drafts of a ${kind} are judged by ${act}?`);
  return rowsOf(rows, (draft) => types.some((type) => draft === `${kind}/${type}`));
}
