import { type EventType, prefixOf, type Role, type StreamId } from "@gatz/domain";

/** The number that stands for an event type in `events.type`: never reuse one. The partial indexes name 1 (new-message) and > 4 (not a message's). */
export const EVENT_TYPE_CODES: Readonly<Record<EventType, number>> = {
  "new-message": 1,
  "edit-message": 2,
  "delete-message": 3,
  "react-to-message": 4,
  "create": 10,
  "add-members": 11,
  "remove-member": 12,
  "leave": 13,
  "register": 30,
  "added-to": 31,
  "removed-from": 32,
  "left-group": 33,
};

export const ROLE_CODES: Readonly<Record<Role, number>> = { owner: 3, moderator: 2, member: 1 };

export type StreamKind = "user" | "group" | "discussion";
export const STREAM_KIND_CODES: Readonly<Record<StreamKind, number>> = { user: 1, group: 2, discussion: 3 };

/** A code's meaning; an unknown code is a newer node's, and a bug to meet here. */
export function decoder<T extends string>(codes: Readonly<Record<T, number>>): (code: number) => T {
  const byCode = new Map(Object.entries<number>(codes).map(([name, code]) => [code, name as T]));
  return (code) => {
    const name = byCode.get(code);
    if (name === undefined) throw new Error(`unknown code in the log: ${code}`);
    return name;
  };
}

export function streamKind(id: StreamId): StreamKind {
  const prefix = prefixOf(id);
  return prefix === "user" ? "user" : prefix === "grp" ? "group" : "discussion";
}
