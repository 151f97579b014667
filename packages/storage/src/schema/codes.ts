import {
  type DiscussionDraft,
  type EventType,
  type GroupDraft,
  type Role,
  type StreamKind,
  streamKind,
  type UserDraft,
} from "@gatz/domain";

/**
 * The number that stands for an event's type in `events.type`; it tells the kind of the stream too, so that a row can be read by
 * itself. Never reuse one. The partial indexes name 1 (new-message) and > 4 (not a message's).
 */
export const EVENT_CODES: {
  readonly discussion: Readonly<Record<DiscussionDraft["type"], number>>;
  readonly group: Readonly<Record<GroupDraft["type"], number>>;
  readonly user: Readonly<Record<UserDraft["type"], number>>;
} = {
  discussion: {
    "new-message": 1,
    "edit-message": 2,
    "delete-message": 3,
    "react-to-message": 4,
    "create": 10,
    "add-members": 11,
    "remove-member": 12,
    "leave": 13,
    "rename": 14,
    "describe": 15,
    "join": 16,
    "set-role": 17,
    "pin-message": 18,
    "unpin-message": 19,
    "lock": 20,
    "unlock": 21,
    "close": 22,
    "reopen": 23,
    "mute-member": 24,
    "unmute-member": 25,
    "ban-member": 26,
    "unban-member": 27,
    "set-slow-mode": 28,
    "flag-message": 29,
    "resolve-flag": 30,
    "expunge": 31,
    "continued": 32,
  },
  group: {
    "create": 50,
    "add-members": 51,
    "remove-member": 52,
    "leave": 53,
    "rename": 54,
    "describe": 55,
    "set-avatar": 56,
    "set-role": 57,
    "transfer-ownership": 58,
    "create-invite": 59,
    "revoke-invite": 60,
    "join-by-invite": 61,
    "discussion-open": 62,
    "archive": 63,
  },
  user: {
    "register": 90,
    "added-to": 91,
    "removed-from": 92,
    "left-group": 93,
    "set-profile": 94,
    "set-handle": 95,
    "block-user": 96,
    "unblock-user": 97,
    "end-account": 98,
  },
};

export const ROLE_CODES: Readonly<Record<Role, number>> = { owner: 3, moderator: 2, member: 1 };

export type { StreamKind };
export { streamKind };
export const STREAM_KIND_CODES: Readonly<Record<StreamKind, number>> = { user: 1, group: 2, discussion: 3 };

export function eventCode(kind: StreamKind, type: EventType): number {
  const codes: Readonly<Partial<Record<EventType, number>>> = EVENT_CODES[kind];
  const code = codes[type];
  if (code === undefined) throw new Error(`no ${type} in a ${kind}'s stream`);
  return code;
}

interface EventCode {
  readonly kind: StreamKind;
  readonly type: EventType;
}

const BY_CODE: ReadonlyMap<number, EventCode> = new Map(
  // The keys of a table are its record's own.
  (Object.keys(EVENT_CODES) as StreamKind[]).flatMap((kind) =>
    Object.entries<number>(EVENT_CODES[kind]).map(([type, code]) => [code, { kind, type: type as EventType }])
  ),
);

/** What an event code stands for; an unknown one is a newer node's, and a bug to meet here. */
export function eventOfCode(code: number): EventCode {
  const found = BY_CODE.get(code);
  if (found === undefined) throw new Error(`unknown event code in the log: ${code}`);
  return found;
}

/** A code's meaning; an unknown code is a newer node's, and a bug to meet here. */
export function decoder<T extends string>(codes: Readonly<Record<T, number>>): (code: number) => T {
  const byCode = new Map(Object.entries<number>(codes).map(([name, code]) => [code, name as T]));
  return (code) => {
    const name = byCode.get(code);
    if (name === undefined) throw new Error(`unknown code in a row: ${code}`);
    return name;
  };
}
