/** What messages are, folded from a discussion's events in the plainest way (MSG1–4, VIS4). @module */
import type { PlainEvent } from "./event.ts";

export interface PlainMessage {
  readonly id: string;
  readonly seq: number;
  readonly author: string;
  /** Null: deleted. */
  readonly text: string | null;
  readonly revision: number;
  readonly changedSeq: number;
  /** In the order of use; none of a deleted one. */
  readonly reactions: readonly { readonly emoji: string; readonly user: string }[];
}

/** A discussion's events, by the messages that they are about. */
export class PlainMessages {
  readonly #sent: readonly PlainEvent[];
  readonly #about: ReadonlyMap<string | undefined, readonly PlainEvent[]>;

  constructor(events: readonly PlainEvent[]) {
    this.#sent = events.filter(({ type }) => type === "new-message");
    this.#about = Map.groupBy(events, ({ body }) => body.target);
  }

  /** As they stand for somebody who sees some of the events, newest first. */
  *seen(isSeen: (event: PlainEvent) => boolean): Generator<PlainMessage> {
    for (const sent of this.#sent.toReversed()) {
      if (isSeen(sent)) yield folded(sent, this.#about.get(sent.id)?.filter(isSeen) ?? []);
    }
  }
}

function folded({ id, seq, actor, body }: PlainEvent, changes: readonly PlainEvent[]): PlainMessage {
  let message: PlainMessage = {
    ...{ id, seq, author: actor, text: body.text ?? "" },
    ...{ revision: 0, changedSeq: seq, reactions: [] },
  };
  for (const change of changes) {
    if (message.text !== null) message = changed(message, change);
  }
  return message;
}

function changed(message: PlainMessage, { type, seq, actor, body }: PlainEvent): PlainMessage {
  if (type === "delete-message") return { ...message, text: null, reactions: [], changedSeq: seq };
  if (type === "edit-message") {
    return { ...message, text: body.text ?? "", revision: message.revision + 1, changedSeq: seq };
  }
  if (type !== "react-to-message") return message;
  const { emoji = "", on } = body;
  const isSame = (one: { emoji: string; user: string }) => one.emoji === emoji && one.user === actor;
  if (on !== true) return { ...message, reactions: message.reactions.filter((one) => !isSame(one)) };
  if (message.reactions.some(isSame)) return message;
  return { ...message, reactions: [...message.reactions, { emoji, user: actor }] };
}
