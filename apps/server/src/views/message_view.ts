/** A message as the API shows it: reactions counted, the message it answers quoted. @module */
import type { DiscussionId, LiveMessage, MessageId, MessageState, Reaction, Tombstone, UserId } from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";

/** One emoji on a message, in the order of its first remaining user (MSG4). */
export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  /** The first few. */
  readonly users: readonly UserId[];
}

/** The beginning of the message that is answered; `hidden` if this viewer may not see it. */
export type Quote =
  | { readonly id: MessageId; readonly author: UserId; readonly text: string }
  | { readonly id: MessageId; readonly deleted: true }
  | { readonly id: MessageId; readonly hidden: true };

export type LiveMessageView = Omit<LiveMessage, "reactions"> & {
  readonly reactions: readonly ReactionView[];
  readonly quote?: Quote;
};
export type TombstoneView = Tombstone & { readonly quote?: Quote };
export type MessageView = LiveMessageView | TombstoneView;

const USERS_SHOWN = 10;
const QUOTE_CODE_POINTS = 200;

/** Views of messages of one discussion; the messages they answer are read through the viewer's ranges too (VIS4). */
export async function messageViews(
  storage: Storage,
  { viewer, discussion, ranges }: { viewer: UserId; discussion: DiscussionId; ranges: readonly SeqRange[] },
  messages: readonly MessageState[],
): Promise<MessageView[]> {
  const held = new Map(messages.map((message) => [message.id, message]));
  const asked = messages.flatMap(({ replyTo }) => replyTo === undefined || held.has(replyTo) ? [] : [replyTo]);
  const more = asked.length === 0
    ? new Map<MessageId, MessageState>()
    : (await storage.messagesById(discussion, { ids: [...new Set(asked)], ranges })).messages;
  return messages.map((message) => {
    const { replyTo } = message;
    if (replyTo === undefined) return messageView(message, { viewer });
    return messageView(message, { viewer, quote: quoteOf(replyTo, held.get(replyTo) ?? more.get(replyTo) ?? null) });
  });
}

/** One message's view, with a quote if there is one to show. */
export function messageView(
  message: MessageState,
  { viewer, quote: shown }: { viewer: UserId; quote?: Quote },
): MessageView {
  const quote = shown === undefined ? {} : { quote: shown };
  if (message.kind === "deleted") return { ...message, ...quote };
  return { ...message, ...quote, reactions: reactionViews(message.reactions, viewer) };
}

function quoteOf(id: MessageId, message: MessageState | null): Quote {
  if (message === null) return { id, hidden: true };
  if (message.kind === "deleted") return { id, deleted: true };
  return { id, author: message.author, text: firstCodePoints(message.text, QUOTE_CODE_POINTS) };
}

function firstCodePoints(text: string, count: number): string {
  // A code point is at most two units, so the rest need not be looked at.
  return Array.from(text.slice(0, 2 * count)).slice(0, count).join("");
}

function reactionViews(reactions: readonly Reaction[], viewer: UserId): ReactionView[] {
  const byEmoji = new Map<string, UserId[]>();
  for (const { emoji, user } of reactions) {
    const users = byEmoji.get(emoji);
    if (users === undefined) byEmoji.set(emoji, [user]);
    else users.push(user);
  }
  return [...byEmoji].map(([emoji, users]) => ({
    emoji,
    count: users.length,
    mine: users.includes(viewer),
    users: users.slice(0, USERS_SHOWN),
  }));
}
