import type { MessageId, MessageState } from "@gatz/domain";

const USERS_SHOWN = 10;
const QUOTE_CODE_POINTS = 200;

/** What a page should show of messages that were folded from a viewer's events: newest first, with all their fields. */
export function foldedViews(
  messages: ReadonlyMap<MessageId, MessageState>,
  { viewer, blocks }: Omit<Viewpoint, "messages">,
): object[] {
  return [...messages.values()].sort((one, other) => other.seq - one.seq)
    .map((message) => foldedView(message, { viewer, blocks, messages }));
}

interface Viewpoint {
  readonly viewer: string;
  /** Whom the viewer blocks. */
  readonly blocks: ReadonlySet<string>;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
}

function foldedView(message: MessageState, { viewer, blocks, messages }: Viewpoint): object {
  const { id, discussion, seq, author, at, replyTo } = message;
  if (message.kind === "live" && blocks.has(author)) return { kind: "blocked", id, discussion, seq, author, at };
  const quote = replyTo === undefined ? {} : { quote: quoteOf(replyTo, { blocks, messages }) };
  if (message.kind === "deleted") return { ...message, ...quote };
  const emoji = [...new Set(message.reactions.map((reaction) => reaction.emoji))];
  const reactions = emoji.map((one) => {
    const users = message.reactions.filter((reaction) => reaction.emoji === one).map((reaction) => reaction.user);
    const mine = users.some((user) => user === viewer);
    return { emoji: one, count: users.length, mine, users: users.slice(0, USERS_SHOWN) };
  });
  return { ...message, ...quote, reactions };
}

function quoteOf(id: MessageId, { blocks, messages }: Omit<Viewpoint, "viewer">): object {
  const answered = messages.get(id);
  if (!answered) return { id, hidden: true };
  if (answered.kind === "deleted") return { id, deleted: true };
  if (blocks.has(answered.author)) return { id, blocked: true };
  return { id, author: answered.author, text: [...answered.text].slice(0, QUOTE_CODE_POINTS).join("") };
}
