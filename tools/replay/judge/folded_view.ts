import type { MessageId, MessageState } from "@gatz/domain";

const USERS_SHOWN = 10;
const QUOTE_CODE_POINTS = 200;

/** What a page should show of messages that were folded from a viewer's events: newest first, with all their fields. */
export function foldedViews(messages: ReadonlyMap<MessageId, MessageState>, viewer: string): object[] {
  return [...messages.values()].sort((one, other) => other.seq - one.seq)
    .map((message) => foldedView(message, { viewer, messages }));
}

interface Viewpoint {
  readonly viewer: string;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
}

function foldedView(message: MessageState, { viewer, messages }: Viewpoint): object {
  const quote = message.replyTo === undefined ? {} : { quote: quoteOf(message.replyTo, messages) };
  if (message.kind === "deleted") return { ...message, ...quote };
  const emoji = [...new Set(message.reactions.map((reaction) => reaction.emoji))];
  const reactions = emoji.map((one) => {
    const users = message.reactions.filter((reaction) => reaction.emoji === one).map((reaction) => reaction.user);
    const mine = users.some((user) => user === viewer);
    return { emoji: one, count: users.length, mine, users: users.slice(0, USERS_SHOWN) };
  });
  return { ...message, ...quote, reactions };
}

function quoteOf(id: MessageId, messages: Viewpoint["messages"]): object {
  const answered = messages.get(id);
  if (!answered) return { id, hidden: true };
  if (answered.kind === "deleted") return { id, deleted: true };
  return { id, author: answered.author, text: [...answered.text].slice(0, QUOTE_CODE_POINTS).join("") };
}
