/** What somebody has not read yet, counted in the plainest way (READ2, BLK1). @module */
import type { PlainLogs } from "./logs.ts";
import { PlainMessages } from "./messages.ts";

export interface Unread {
  readonly unread: number;
  /** Of those, by how many the reader is mentioned; of authors who block them nobody is told. */
  readonly mentions: number;
}

/** Live messages after a seq that they may see, not their own, not by people whom they block. */
export function unreadAfter(logs: PlainLogs, seq: number, { user, stream }: { user: string; stream: string }): Unread {
  const stays = logs.stays(stream);
  const { blocks } = logs.person(user);
  const messages = [...new PlainMessages(logs.of(stream)).seen((event) => stays.sees(user, event))];
  const unread = messages.filter((message) =>
    message.seq > seq && message.text !== null && message.author !== user && !blocks.has(message.author)
  );
  const mentions = unread.filter(({ author, mentions }) =>
    mentions.includes(user) && !logs.person(author).blocks.has(user)
  );
  return { unread: unread.length, mentions: mentions.length };
}
