import { evolve } from "./evolve.ts";
import { isMessageEvent } from "./events.ts";
import type { GroupEvent, LogEvent } from "./events.ts";
import type { MessageId } from "./ids.ts";
import { evolveMessage } from "./message/evolve.ts";
import type { GroupState, MessageState, StreamState } from "./state.ts";

/** What a stream's events come to. `state` is null before its first event; only discussions have messages. */
export interface Folded<S extends StreamState = StreamState> {
  readonly state: S | null;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
}

/** Before the first event. */
export const NOTHING: Folded<never> = Object.freeze({ state: null, messages: new Map() });

/**
 * Folds one stream's events, in the order of their seqs, on top of what the earlier ones came to (LOG8). Copies the map of messages
 * once; to apply events one by one in place, use `evolve` and {@link applyToMessages}.
 */
export function foldStream(events: Iterable<LogEvent>, from: Folded = NOTHING): Folded {
  let { state } = from;
  const messages = new Map(from.messages);
  for (const event of events) {
    state = evolve(state, event);
    applyToMessages(messages, event);
  }
  return { state, messages };
}

/** {@link foldStream} of a group: the events' stream decides the kind of the state, which the compiler can't see through `evolve`. */
export const foldGroup = (events: Iterable<GroupEvent>, from: Folded<GroupState> = NOTHING): Folded<GroupState> =>
  foldStream(events, from) as Folded<GroupState>;

/** Applies an event to the one message that it is about; one whose target is not here changes nothing. */
export function applyToMessages(messages: Map<MessageId, MessageState>, event: LogEvent): void {
  if (!isMessageEvent(event)) return;
  const id = event.type === "new-message" ? event.id : event.body.target;
  const before = messages.get(id) ?? null;
  const after = evolveMessage(before, event);
  if (after !== null && after !== before) messages.set(id, after);
}
