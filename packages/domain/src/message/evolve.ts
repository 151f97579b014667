import { unreachable } from "../asserts.ts";
import { isMessageEvent } from "../events.ts";
import type { DeleteMessage, EditMessage, EventOf, LogEvent, NewMessage, ReactToMessage } from "../events.ts";
import { person } from "../stays.ts";
import type { LiveMessage, MessageState, Reaction, Tombstone } from "../state.ts";

/**
 * One message after an event. A `new-message` makes it; an event that is not about this message, or about a deleted one, leaves it as
 * it is: the very same object.
 */
export function evolveMessage(message: MessageState | null, event: LogEvent): MessageState | null {
  if (!isMessageEvent(event)) return message;
  if (event.type === "new-message") return message ?? begin(event);
  if (message === null || message.kind === "deleted" || event.body.target !== message.id) return message;
  switch (event.type) {
    case "edit-message":
      return edited(message, event);
    case "delete-message":
      return tombstone(message, event);
    case "react-to-message":
      return reacted(message, event);
    default:
      return unreachable(event);
  }
}

const NO_REACTIONS: readonly Reaction[] = Object.freeze([]);

function begin({ id, stream, seq, actor, at, body, decided }: EventOf<NewMessage>): LiveMessage {
  const { replyTo, text, mentions, attachments } = body;
  const message: LiveMessage = {
    kind: "live",
    id,
    discussion: stream,
    seq,
    author: person(actor),
    at,
    revision: 0,
    changedSeq: seq,
    text,
    mentions,
    attachments,
    reactions: NO_REACTIONS,
  };
  if (replyTo === undefined) return message; // most are no replies, and this is the hottest path of a fold
  const { replyToSeq } = decided;
  return { ...message, replyTo, ...(replyToSeq !== undefined && { replyToSeq }) };
}

function edited(message: LiveMessage, { seq, at, body }: EventOf<EditMessage>): LiveMessage {
  const { text, mentions, attachments } = body;
  return { ...message, text, mentions, attachments, editedAt: at, revision: message.revision + 1, changedSeq: seq };
}

function tombstone(message: LiveMessage, event: EventOf<DeleteMessage>): Tombstone {
  const { id, discussion, seq, author, at, replyTo, replyToSeq, revision } = message;
  const { reason } = event.body;
  return {
    kind: "deleted",
    id,
    discussion,
    seq,
    author,
    at,
    ...(replyTo !== undefined && { replyTo }),
    ...(replyToSeq !== undefined && { replyToSeq }),
    revision,
    changedSeq: event.seq,
    by: event.actor,
    deletedAt: event.at,
    ...(reason !== undefined && { reason }),
  };
}

function reacted(message: LiveMessage, { seq, actor, body }: EventOf<ReactToMessage>): LiveMessage {
  const { emoji, on } = body;
  const user = person(actor);
  const mine = (reaction: Reaction) => reaction.emoji === emoji && reaction.user === user;
  const { reactions } = message;
  // Who sees only some of the events may meet an "on" twice, or an "off" first.
  const next = !on
    ? reactions.filter((r) => !mine(r))
    : reactions.some(mine)
    ? reactions
    : [...reactions, { emoji, user, seq }];
  return { ...message, reactions: next };
}
