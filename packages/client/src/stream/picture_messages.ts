/** The messages of a picture: what is held, with blocks and quotes, and what the viewer's drafts make of it. @module */
import { type BlockedMessage, type LiveMessage, type MessageState, unlessBlocked, type UserId } from "@gatz/domain";
import type { LogItem } from "../server/contract.ts";
import type { OnTop } from "./drafts_on_top.ts";
import { placeOf } from "./held_messages.ts";
import { HeldStream } from "./held_stream.ts";
import type { Drawing, PictureMessage, Quote } from "./picture.ts";

interface Blocks {
  /** What they were taken from: another object whenever they change. */
  readonly of: object;
  readonly users: ReadonlySet<UserId>;
}

const NOBODY: Blocks = { of: [], users: new Set() };

interface Remembered<T> {
  readonly blocks: Blocks["of"];
  readonly shown: T;
}

export function messagesToShow(
  { held, ...of }: Pick<Drawing, "held" | "self" | "blocks">,
  top: OnTop,
): readonly PictureMessage[] {
  const blocks = blocksOf(of);
  const confirmed = confirmedMessages(held, blocks);
  if (top.touched.size === 0) return confirmed;
  const messages = withQuotesOf(top, { confirmed: [...confirmed], blocks });
  const drawn = (message: MessageState): PictureMessage => {
    const code = top.doomedMessages.get(message.id);
    return { ...drawMessage(message, top, blocks), pending: true, ...(code !== undefined && { doomed: code }) };
  };
  for (const id of top.touched) {
    const message = top.changed.get(id) ?? held.message(id);
    if (message !== undefined) messages[placeOf(messages, message.seq)] = drawn(message);
  }
  for (const message of top.added) messages.push(drawn(message));
  return messages;
}

/** The messages in a part of the log that is not held, as they stood at its end. */
export function messagesIn(
  items: readonly LogItem[],
  { held: { stream, viewer }, ...of }: Pick<Drawing, "held" | "self" | "blocks">,
): readonly PictureMessage[] {
  return confirmedMessages(HeldStream.of(items, { stream, viewer }), blocksOf(of));
}

function blocksOf({ self, blocks }: Pick<Drawing, "self" | "blocks">): Blocks {
  if (self?.blocks !== undefined) return { of: self.blocks, users: new Set(self.blocks) };
  return self === null && blocks ? { of: blocks, users: blocks } : NOBODY;
}

// A picture is drawn of the same list again whenever only drafts change.
const lists = new WeakMap<readonly MessageState[], Remembered<readonly PictureMessage[]>>();

function confirmedMessages(held: HeldStream, blocks: Blocks): readonly PictureMessage[] {
  const known = lists.get(held.messages);
  if (known?.blocks === blocks.of) return known.shown;
  const shown = held.messages.map((message) => drawMessage(message, held, blocks));
  lists.set(held.messages, { blocks: blocks.of, shown });
  return shown;
}

/** What replies are shown as stays the same object while neither they nor the quotes in them change. */
const replies = new WeakMap<LiveMessage, Remembered<PictureMessage> & { readonly original: MessageState }>();

function drawMessage(message: MessageState, held: Pick<HeldStream, "message">, blocks: Blocks): PictureMessage {
  const shown = hidden(message, blocks);
  if (shown.kind !== "live" || shown.replyTo === undefined) return shown;
  const original = held.message(shown.replyTo);
  if (original === undefined) return shown;
  const known = replies.get(shown);
  if (known?.blocks === blocks.of && isQuotedAlike(known.original, original)) return known.shown;
  const reply = { ...shown, quote: quoteOf(hidden(original, blocks)) };
  replies.set(shown, { original, blocks: blocks.of, shown: reply });
  return reply;
}

function hidden(message: MessageState, blocks: Blocks): MessageState | BlockedMessage {
  return unlessBlocked(message, blocks.users);
}

/** Reactions are not in a quote. */
function isQuotedAlike(a: MessageState, b: MessageState): boolean {
  if (a === b || a.kind === "deleted" || b.kind === "deleted") return a.kind === b.kind;
  return a.text === b.text && a.attachments === b.attachments;
}

function quoteOf(original: MessageState | BlockedMessage): Quote {
  const { id, seq, author } = original;
  if (original.kind !== "live") return { kind: original.kind, id, seq, author };
  const { kind, text, attachments } = original;
  return { kind, id, seq, author, text, attachments };
}

/** Replies to what drafts change quote it as it then is. */
function withQuotesOf(
  top: OnTop,
  { confirmed, blocks }: { confirmed: PictureMessage[]; blocks: Blocks },
): PictureMessage[] {
  if (top.changed.size === 0) return confirmed;
  for (const [i, shown] of confirmed.entries()) {
    if (shown.kind !== "live" || shown.replyTo === undefined || !top.changed.has(shown.replyTo)) continue;
    const message = top.message(shown.id);
    if (message !== undefined) confirmed[i] = drawMessage(message, top, blocks);
  }
  return confirmed;
}
