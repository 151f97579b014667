/** What messages are, folded from a discussion's events in the plainest way (MSG1–4, MOD1, VIS4). @module */
import type { PlainEvent } from "./event.ts";

export interface PlainMessage {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly author: string;
  readonly replyTo?: string;
  readonly mentions: readonly string[];
  /** Null: deleted. */
  readonly text: string | null;
  readonly revision: number;
  readonly changedSeq: number;
  /** In the order of use; none of a deleted one. */
  readonly reactions: readonly { readonly emoji: string; readonly user: string }[];
  /** What deleted it. */
  readonly end?: PlainEvent;
}

/** A discussion's events, by the messages that they are about. */
export class PlainMessages {
  readonly #sent: readonly PlainEvent[];
  readonly #about: ReadonlyMap<string | undefined, readonly PlainEvent[]>;
  readonly #marks: ReadonlyMap<string | undefined, readonly PlainEvent[]>;

  constructor(events: readonly PlainEvent[]) {
    this.#sent = events.filter(({ type }) => type === "new-message");
    this.#about = Map.groupBy(events, ({ body }) => body.target);
    this.#marks = Map.groupBy(events.filter(({ type }) => type === "expunge"), ({ body }) => body.author);
  }

  /** As they stand for somebody who sees some of the events, newest first. */
  *seen(isSeen: (event: PlainEvent) => boolean): Generator<PlainMessage> {
    for (const sent of this.#sent.toReversed()) {
      if (isSeen(sent)) yield this.#changes(sent).filter(isSeen).reduce(changed, begun(sent));
    }
  }

  #changes({ id, seq, actor }: PlainEvent): PlainEvent[] {
    const marks = (this.#marks.get(actor) ?? []).filter(({ body, seq: at }) => seq <= Math.min(body.upToSeq ?? 0, at));
    return [...this.#about.get(id) ?? [], ...marks].sort((one, other) => one.seq - other.seq);
  }
}

function begun({ id, seq, at, actor: author, body }: PlainEvent): PlainMessage {
  const { text = "", mentions = [], replyTo } = body;
  const answered = replyTo === undefined ? {} : { replyTo };
  return { id, seq, at, author, text, mentions, ...answered, revision: 0, changedSeq: seq, reactions: [] };
}

function changed(message: PlainMessage, change: PlainEvent): PlainMessage {
  const { type, seq, actor, body } = change;
  if (message.text === null) return message;
  if (type === "delete-message" || type === "expunge") {
    return { ...message, text: null, mentions: [], reactions: [], changedSeq: seq, end: change };
  }
  if (type === "edit-message") {
    const { text = "", mentions = [] } = body;
    return { ...message, text, mentions, revision: message.revision + 1, changedSeq: seq };
  }
  if (type !== "react-to-message") return message;
  const { emoji = "", on } = body;
  const isSame = (one: { emoji: string; user: string }) => one.emoji === emoji && one.user === actor;
  if (on !== true) return { ...message, reactions: message.reactions.filter((one) => !isSame(one)) };
  if (message.reactions.some(isSame)) return message;
  return { ...message, reactions: [...message.reactions, { emoji, user: actor }] };
}
