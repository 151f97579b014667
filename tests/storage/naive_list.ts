/**
 * One person's row of a discussion in a list, worked out from its log's rows alone, in the plainest way (USR3, READ2). Shares no code with
 * what it judges.
 * @module
 */
import { naiveView, type PlainMessage, type PlainRow } from "./naive_view.ts";

export interface PlainListRow {
  name: string;
  closed: boolean;
  locked: boolean;
  muted: boolean;
  head: number;
  lastAt: number;
  memberCount: number;
  unread: number;
  /** The authors of unread messages that mention the person: in the order of their names, one entry a message. */
  mentionedBy: string[];
  preview: PlainMessage | null;
}

export interface PlainPerson {
  name: string;
  /** The newest seq that they have read. */
  read: number;
  blocks: readonly string[];
}

const CREATE = 10, RENAME = 14, LOCK = 20, UNLOCK = 21, CLOSE = 22, REOPEN = 23, MUTE = 24, UNMUTE = 25;

/** Null for who never was a member. */
export function naiveListRow(
  rows: readonly PlainRow[],
  who: PlainPerson,
  nameOf: (id: string) => string,
): PlainListRow | null {
  const { head, lastAt, memberCount, messages } = naiveView(rows, who.name, nameOf);
  if (head === 0) return null;
  const then = rows.filter(({ seq }) => seq <= head);
  const newestOf = (...types: number[]) => then.findLast(({ type }) => types.includes(type));
  const muting = then.findLast(({ type, body }) =>
    (type === MUTE || type === UNMUTE) && nameOf(body.user ?? "") === who.name
  );
  const unread = messages.filter(({ seq, author, text }) =>
    text !== null && seq > who.read && author !== who.name && !who.blocks.includes(author)
  );
  return {
    name: newestOf(CREATE, RENAME)?.body.name ?? "",
    closed: newestOf(CLOSE, REOPEN)?.type === CLOSE || memberCount === 0,
    locked: newestOf(LOCK, UNLOCK)?.type === LOCK,
    muted: muting?.type === MUTE,
    ...{ head, lastAt, memberCount },
    unread: unread.length,
    mentionedBy: unread.filter(({ mentions }) => mentions.includes(who.name)).map(({ author }) => author).sort(),
    preview: messages[0] ?? null,
  };
}
