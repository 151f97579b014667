/** A message as the API shows it: reactions counted, the message it answers quoted. @module */
import type { DiscussionId, MessageId, ShownMessage, UserId } from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";

/** The beginning of the message that is answered; `hidden` if this viewer may not see it. */
export type Quote =
  | { readonly id: MessageId; readonly author: UserId; readonly text: string }
  | { readonly id: MessageId; readonly deleted: true }
  | { readonly id: MessageId; readonly hidden: true };

export type MessageView = ShownMessage & { readonly quote?: Quote };

const QUOTE_CODE_POINTS = 200;

/** Views of messages of one discussion; the messages they answer are read through the viewer's ranges too (VIS4). */
export async function messageViews(
  storage: Storage,
  { viewer, discussion, ranges }: { viewer: UserId; discussion: DiscussionId; ranges: readonly SeqRange[] },
  messages: readonly ShownMessage[],
): Promise<MessageView[]> {
  const held = new Map(messages.map((message) => [message.id, message]));
  const asked = messages.flatMap(({ replyTo }) => replyTo === undefined || held.has(replyTo) ? [] : [replyTo]);
  const more = asked.length === 0
    ? new Map<MessageId, ShownMessage>()
    : (await storage.messagesById(discussion, { viewer, ids: [...new Set(asked)], ranges })).messages;
  return messages.map((message) => {
    const { replyTo } = message;
    if (replyTo === undefined) return message;
    return { ...message, quote: quoteOf(replyTo, held.get(replyTo) ?? more.get(replyTo) ?? null) };
  });
}

function quoteOf(id: MessageId, message: ShownMessage | null): Quote {
  if (message === null) return { id, hidden: true };
  if (message.kind === "deleted") return { id, deleted: true };
  return { id, author: message.author, text: firstCodePoints(message.text, QUOTE_CODE_POINTS) };
}

function firstCodePoints(text: string, count: number): string {
  // A code point is at most two units, so the rest need not be looked at.
  return Array.from(text.slice(0, 2 * count)).slice(0, count).join("");
}
