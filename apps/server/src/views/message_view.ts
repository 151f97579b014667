/** A message as the API shows it: reactions counted, the message it answers quoted, without what somebody says whom the viewer blocks. @module */
import {
  type BlockedMessage,
  type DiscussionId,
  type MessageId,
  type ShownMessage,
  unlessBlocked,
  type UserId,
} from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";

/** The beginning of the message that is answered; `hidden` if this viewer may not see it, `blocked` if they block who wrote it. */
export type Quote =
  | { readonly id: MessageId; readonly author: UserId; readonly text: string }
  | { readonly id: MessageId; readonly deleted: true }
  | { readonly id: MessageId; readonly hidden: true }
  | { readonly id: MessageId; readonly blocked: true };

export type MessageView =
  | (ShownMessage & { readonly quote?: Quote })
  | (BlockedMessage & { readonly quote?: undefined });

/** Who looks, and at what: a discussion through ranges. */
export interface Looking {
  readonly viewer: UserId;
  readonly discussion: DiscussionId;
  readonly ranges: readonly SeqRange[];
  /** Whom the viewer blocks (BLK1). */
  readonly blocks: ReadonlySet<UserId>;
}

/** For who must see what was said, whoever said it. */
export const NO_BLOCKS: ReadonlySet<UserId> = new Set();

const QUOTE_CODE_POINTS = 200;

/** Views of messages of one discussion; the messages they answer are read through the viewer's ranges too (VIS4). */
export async function messageViews(
  storage: Storage,
  { viewer, discussion, ranges, blocks }: Looking,
  messages: readonly ShownMessage[],
): Promise<MessageView[]> {
  const held = new Map(messages.map((message) => [message.id, message]));
  const asked = messages.flatMap(({ replyTo }) => replyTo === undefined || held.has(replyTo) ? [] : [replyTo]);
  const more = asked.length === 0
    ? new Map<MessageId, ShownMessage>()
    : (await storage.messagesById(discussion, { viewer, ids: [...new Set(asked)], ranges })).messages;
  return messages.map((message) => {
    const shown = unlessBlocked(message, blocks);
    if (shown.kind === "blocked" || shown.replyTo === undefined) return shown;
    const { replyTo } = shown;
    return { ...shown, quote: quoteOf(replyTo, { message: held.get(replyTo) ?? more.get(replyTo) ?? null, blocks }) };
  });
}

function quoteOf(
  id: MessageId,
  { message, blocks }: { message: ShownMessage | null; blocks: ReadonlySet<UserId> },
): Quote {
  if (message === null) return { id, hidden: true };
  if (message.kind === "deleted") return { id, deleted: true };
  if (blocks.has(message.author)) return { id, blocked: true };
  return { id, author: message.author, text: firstCodePoints(message.text, QUOTE_CODE_POINTS) };
}

function firstCodePoints(text: string, count: number): string {
  // A code point is at most two units, so the rest need not be looked at.
  return Array.from(text.slice(0, 2 * count)).slice(0, count).join("");
}
