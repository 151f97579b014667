import type { LogEvent } from "../events.ts";
import { applyToMessages } from "../fold.ts";
import type { MessageId, UserId } from "../ids.ts";
import type { MessageState, Reaction } from "../state.ts";
import { person } from "../stays.ts";

/**
 * The messages of one stream's events, as {@link applyToMessages} would leave them, for whoever asks at the end only: a reaction costs the
 * same however many its message has, and nothing is copied.
 */
export class MessagesFold {
  readonly #messages = new Map<MessageId, MessageState>();
  /** By message, each by its emoji and who reacted, in the order in which they came. */
  readonly #reactions = new Map<MessageId, Map<string, Reaction>>();

  take(event: LogEvent): void {
    if (event.type !== "react-to-message") return applyToMessages(this.#messages, event);
    const { target, emoji, on } = event.body;
    if (this.#messages.get(target)?.kind !== "live") return;
    const user: UserId = person(event.actor);
    const key = `${user} ${emoji}`;
    const reactions = this.#reactionsOf(target);
    if (!on) reactions.delete(key);
    else if (!reactions.has(key)) reactions.set(key, { emoji, user, seq: event.seq });
  }

  /** In the order of their seqs. */
  messages(): MessageState[] {
    return [...this.#messages.values()].map((message) => {
      const reactions = this.#reactions.get(message.id);
      // A deleted message has none.
      return message.kind === "deleted" || reactions === undefined
        ? message
        : { ...message, reactions: [...reactions.values()] };
    });
  }

  #reactionsOf(target: MessageId): Map<string, Reaction> {
    const known = this.#reactions.get(target);
    if (known !== undefined) return known;
    const none = new Map<string, Reaction>();
    this.#reactions.set(target, none);
    return none;
  }
}
