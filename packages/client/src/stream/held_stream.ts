import {
  type AnyEventId,
  assert,
  evolve,
  FOLD_VERSION,
  intervalsOf,
  isMember,
  type LogEvent,
  type MessageId,
  type MessageState,
  needsAnew,
  type Seq,
  seq,
  type StreamId,
  type StreamState,
  type UserId,
} from "@gatz/domain";
import type { LogItem, LogPage, Opened } from "../server/contract.ts";
import type { Entry } from "../store/contract.ts";
import type { StreamRecord } from "../store/records.ts";
import { HeldMessages } from "./held_messages.ts";
import { continuous, firstSeq, lastSeq, LogWindow, type Taken } from "./window.ts";

interface Whose {
  readonly stream: StreamId;
  readonly viewer: UserId;
}

/**
 * What a client holds of one stream: a window of its log, the messages in it and the stream's state at its end, in the viewer's forms. The
 * end never moves back. All that is taken belongs to one life of the installation (LOG9): for another begin with a new one.
 */
export class HeldStream {
  readonly stream: StreamId;
  readonly viewer: UserId;
  readonly #window = new LogWindow();
  #messages = new HeldMessages();
  #state: StreamState | null = null;
  #known = seq(0);
  /** The event that shows more of the state than can be folded from what was held before; 0: there is none. */
  #anewFrom = seq(0);
  /** The viewer's own events: drafts that have arrived. */
  readonly #own = new Set<AnyEventId>();

  constructor({ stream, viewer }: Whose) {
    this.stream = stream;
    this.viewer = viewer;
  }

  /**
   * What a store has of a stream, of which all or some may be missing or be from different times: the newest part without gaps, and its
   * state, if that can be folded. What another version of the fold made is not gone on from.
   */
  static load({ record, entries, ...whose }: Whose & {
    readonly record: StreamRecord | undefined;
    /** In the order of their keys. */
    readonly entries: readonly Entry<"events">[];
  }): HeldStream {
    const held = HeldStream.of(entries.map(({ value }) => value), whose);
    if (record === undefined) return held;
    held.known(record.known);
    const { base, foldVersion } = record;
    const { from, head } = held.#window;
    if (base !== null && foldVersion === FOLD_VERSION && base.seq >= from - 1 && base.seq <= head) held.#goOnFrom(base);
    return held;
  }

  /** A part of a log by itself, of which no state is known. */
  static of(items: readonly LogItem[], whose: Whose): HeldStream {
    const held = new HeldStream(whose);
    held.#fill(continuous(items));
    return held;
  }

  /** The first seq of the window. */
  get from(): Seq {
    return this.#window.from;
  }

  /** The newest seq that is held; 0 if nothing is. */
  get head(): Seq {
    return this.#window.head;
  }

  get items(): readonly LogItem[] {
    return this.#window.items;
  }

  /** The viewer's form of the state at the head; null: it has to be asked for. */
  get state(): StreamState | null {
    return this.#state;
  }

  /** In the order of their seqs, under the marks of the discussion; another list whenever anything in it changes. */
  get messages(): readonly MessageState[] {
    return this.#messages.list;
  }

  message(id: MessageId): MessageState | undefined {
    return this.#messages.get(id);
  }

  /** Whether the viewer's event with this id is in the window. */
  hasOwn(id: AnyEventId): boolean {
    return this.#own.has(id);
  }

  /** Whether the state is not known, or has more in it than is held: `open` brings it. */
  get isToBeOpenedAnew(): boolean {
    return this.#state === null || this.#anewFrom > 0;
  }

  /** The first seq that is known to be there and is not held; null if everything is. */
  missing(): { readonly fromSeq: Seq } | null {
    return this.#known > this.head ? { fromSeq: seq(this.head + 1) } : null;
  }

  /** Something newer is there: what lies between is missing from now on. */
  known(head: Seq): void {
    if (head > this.#known) this.#known = head;
  }

  /** There is nothing newer for the viewer, whatever was said: as for who has left. */
  endsHere(): void {
    this.#known = this.head;
  }

  /** Takes what follows what is held. `gap`: something before it is missing, and it is not taken. */
  take(item: LogItem): Taken {
    this.known(lastSeq(item));
    const taken = this.#window.take(item);
    if (taken !== "taken") return taken;
    if (item.type === "event") this.#apply(item.event);
    else if (this.#state !== null) this.#state = { ...this.#state, seq: this.head };
    return "taken";
  }

  /** Puts an older page in front; one that does not reach what is held, or that was read in an earlier stay, is of no use. */
  prepend({ asOf, items }: Pick<LogPage, "asOf" | "items">): Taken {
    if (asOf < this.#ownStayFrom(this.#state)) return "old";
    const before = this.from;
    const older = this.#window.prepend(items);
    if (older.length === 0) return items.length > 0 && lastSeq(items.at(-1)!) < before - 1 ? "gap" : "old";
    this.#messages.prepend(this.#window.events(), { before });
    for (const item of older) if (item.type === "event") this.#note(item.event);
    return "taken";
  }

  /** Takes the newest part of the log and the state at its end. `old`: it says nothing that is not held. */
  open(opened: Pick<Opened, "asOf" | "items" | "state">): "taken" | "old" {
    const { asOf, state } = opened;
    if (asOf < this.#anewFrom) return "old";
    this.known(asOf);
    const { from, head, isEmpty } = this.#window;
    if (!this.isToBeOpenedAnew && asOf <= head) return this.prepend(opened) === "taken" ? "taken" : "old";
    // Newer things are held, and what lies between is not.
    if (!isEmpty && asOf + 1 < from) return "old";
    // What was read before the present stay began may be less than what it shows.
    const isOlderKept = this.#ownStayFrom(state) <= (this.isToBeOpenedAnew ? from : head);
    const first = opened.items[0] === undefined ? asOf : firstSeq(opened.items[0]);
    const older = isOlderKept ? continuous(this.items, { before: first }) : [];
    const newer = this.items.filter((item) => lastSeq(item) > asOf);
    this.#fill(continuous([...older, ...opened.items, ...newer]));
    assert(this.head >= asOf, `opened to ${this.head}, state of ${asOf}`);
    this.#goOnFrom(state);
    return "taken";
  }

  /** Lets the oldest items go, so that no more than so many are left; the state stays. */
  keepNewest(count: number): void {
    this.#window.keepNewest(count);
    this.#messages.dropBefore(this.from);
  }

  /** For the store, beside the items. */
  record({ openedAt }: Pick<StreamRecord, "openedAt">): StreamRecord {
    const { from, head } = this;
    const base = this.isToBeOpenedAnew ? null : this.#state;
    return { from, head, known: this.#known, base, foldVersion: FOLD_VERSION, openedAt };
  }

  /** Begins again with other items; the state is not known then. */
  #fill(items: readonly LogItem[]): void {
    this.#window.replace(items);
    this.#messages = new HeldMessages(this.#window.events());
    this.#own.clear();
    for (const event of this.#window.events()) this.#note(event);
    this.#state = null;
    this.#anewFrom = seq(0);
    this.known(this.head);
  }

  /** From a state at a seq of the window. */
  #goOnFrom(state: StreamState): void {
    this.#state = state;
    this.#anewFrom = seq(0);
    for (const event of this.#window.events(state.seq + 1)) this.#evolve(event);
    if (this.#state.seq < this.head) this.#state = { ...this.#state, seq: this.head };
  }

  #apply(event: LogEvent): void {
    this.#evolve(event);
    this.#messages.apply(event);
    this.#note(event);
  }

  #evolve(event: LogEvent): void {
    const before = this.#state;
    if (before === null && event.seq > 1) return;
    const after = evolve(before, event);
    // Who was let see the beginning later has it, and yet not the state as it was for members.
    if (before === null && after.kind !== "user" && !isMember(after, this.viewer)) return;
    if (needsAnew(this.viewer, { before, after })) this.#anewFrom = event.seq;
    this.#state = after;
  }

  #note(event: LogEvent): void {
    if (event.actor === this.viewer) this.#own.add(event.id);
  }

  /** The seq at which the viewer's newest stay began; 0 where there are none. */
  #ownStayFrom(state: StreamState | null): Seq {
    if (state === null || state.kind === "user") return seq(0);
    return intervalsOf(state, this.viewer).at(-1)?.from ?? seq(0);
  }
}
