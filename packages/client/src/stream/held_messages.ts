import {
  applyToMessages,
  type ExpungeMarks,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  MessagesFold,
  type MessageState,
  type Seq,
  underMarks,
  withMark,
} from "@gatz/domain";

/** The messages of a window, under its marks. Those that did not change stay the same objects. */
export class HeldMessages {
  /** Without marks, which are not part of a message's own fold (MOD1). */
  readonly #own = new Map<MessageId, MessageState>();
  #shown: readonly MessageState[] = [];
  #marks: ExpungeMarks;

  /** Folds a whole window at once. */
  constructor(events: Iterable<LogEvent> = []) {
    const fold = new MessagesFold();
    for (const event of events) {
      fold.take(event);
      if (event.type === "expunge") this.#marks = withMark(this.#marks, event);
    }
    const messages = fold.messages();
    for (const message of messages) this.#own.set(message.id, message);
    this.#shown = messages.map((message) => underMarks(message, this.#marks));
  }

  /** In the order of their seqs; another list whenever anything in it changes. */
  get list(): readonly MessageState[] {
    return this.#shown;
  }

  get(id: MessageId): MessageState | undefined {
    const own = this.#own.get(id);
    return own && underMarks(own, this.#marks);
  }

  /** Applies the event that follows all others. */
  apply(event: LogEvent): void {
    if (event.type === "expunge") return this.#mark(withMark(this.#marks, event));
    if (!isMessageEvent(event)) return;
    const id = event.type === "new-message" ? event.id : event.body.target;
    const before = this.#own.get(id);
    applyToMessages(this.#own, event);
    const after = this.#own.get(id);
    if (after === undefined || after === before) return;
    const shown = underMarks(after, this.#marks);
    this.#shown = before === undefined
      ? [...this.#shown, shown]
      : this.#shown.with(placeOf(this.#shown, after.seq), shown);
  }

  /** Puts the messages of an older part of the log in front: `events` are all that there are now, the older part's first. */
  prepend(events: Iterable<LogEvent>, { before }: { readonly before: Seq }): void {
    const older = new MessagesFold();
    let marks: ExpungeMarks;
    for (const event of events) {
      if (event.type === "expunge") marks = withMark(marks, event);
      // What an event of the newer part did to a message that is there it has done.
      if (event.seq < before || isChange(event) && !this.#own.has(event.body.target)) older.take(event);
    }
    this.#marks = marks;
    const messages = older.messages();
    for (const message of messages) this.#own.set(message.id, message);
    // A mark reaches no further than to its own seq: older ones cover nothing of what was there.
    this.#shown = [...messages.map((message) => underMarks(message, marks)), ...this.#shown];
  }

  /** Lets the messages before a seq go. */
  dropBefore(from: Seq): void {
    const kept = this.#shown.filter(({ seq }) => seq >= from);
    for (const { id, seq } of this.#shown) if (seq < from) this.#own.delete(id);
    this.#shown = kept;
  }

  #mark(marks: ExpungeMarks): void {
    if (marks === this.#marks) return;
    this.#marks = marks;
    this.#shown = this.#shown.map((shown) => underMarks(shown, marks));
  }
}

function isChange(event: LogEvent) {
  return isMessageEvent(event) && event.type !== "new-message";
}

/** Where the message of a seq stands in a list that is in their order. */
export function placeOf(list: readonly { readonly seq: Seq }[], at: Seq): number {
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.seq < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
