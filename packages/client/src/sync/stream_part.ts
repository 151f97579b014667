/** What is here of one stream's log: in memory, in the store, and beyond a gap. @module */
import { FOLD_VERSION, type Seq, seq, type StreamId, type UserId } from "@gatz/domain";
import type { LogItem, Opened } from "../server/contract.ts";
import { type Change, type Entry, type Store, StoreFailed } from "../store/contract.ts";
import { eventKey, eventsOf, type StreamRecord } from "../store/records.ts";
import { HeldStream } from "../stream/held_stream.ts";
import { putItem, putRecord, putWhole } from "../stream/stored_items.ts";
import { firstSeq, lastSeq } from "../stream/window.ts";
import type { Timing } from "../timing.ts";
import type { Journal } from "./journal.ts";

/** Of what comes while something before it is read; more is read as well. */
const MOST_AHEAD = 200;
/** Items in memory; beyond that the oldest half is let go. */
const MOST_HELD = 20_000;

export interface StreamPartOptions {
  readonly stream: StreamId;
  readonly viewer: UserId;
  readonly store: Pick<Store, "list">;
  readonly journal: Journal;
  readonly timing: Pick<Timing, "now">;
}

/** One without gaps up to `head`. Where nobody looks it is only stored, and nothing is folded. */
export class StreamPart {
  readonly #options: StreamPartOptions;
  /** As it is stored, or about to be; null: nothing is. */
  #record: StreamRecord | null;
  #held: HeldStream | null = null;
  #known: Seq;
  /** Follows something that is missing here; in order. */
  #ahead: LogItem[] = [];

  constructor({ record, ...options }: StreamPartOptions & { readonly record: StreamRecord | null }) {
    this.#options = options;
    this.#record = record;
    this.#known = record?.known ?? seq(0);
  }

  get record(): StreamRecord | null {
    return this.#record;
  }

  /** In memory; null: it is not. */
  get held(): HeldStream | null {
    return this.#held;
  }

  /** Nothing is stored, and nothing in memory. */
  get isEmpty(): boolean {
    return this.#record === null && this.#held === null;
  }

  /** The newest seq up to which there are no gaps. */
  get head(): Seq {
    return this.#held?.head ?? this.#record?.head ?? seq(0);
  }

  /** The newest seq that is known to be there. */
  get known(): Seq {
    return this.#known;
  }

  /** What nothing is held of. */
  nothing(): HeldStream {
    const { stream, viewer } = this.#options;
    return new HeldStream({ stream, viewer });
  }

  take(item: LogItem): void {
    this.#know(lastSeq(item));
    if (!this.#takeNext(item)) {
      this.#ahead.push(item);
      if (this.#ahead.length > MOST_AHEAD) this.#ahead.shift();
      this.#store([]);
    }
    this.#takeAhead();
  }

  /** Something as new as this is known to be there. */
  know(head: Seq): void {
    if (head <= this.#known) return;
    this.#know(head);
    this.#store([]);
  }

  /**
   * A page that was read from where this ended. Without items there is no more for the viewer, as for who has left; unless more was heard
   * of than was known when it was asked for.
   */
  takePage(items: readonly LogItem[], { known }: { readonly known: Seq }): void {
    for (const item of items) this.#takeNext(item);
    this.#takeAhead();
    if (items.length > 0 || known !== this.#known) return;
    this.#known = this.head;
    this.#held?.endsHere();
    if (this.#record !== null) this.#record = { ...this.#record, known: this.#known };
    this.#store([]);
  }

  /** What the newest part of the log brings; `old`: nothing. */
  open(held: HeldStream, opened: Opened): "taken" | "old" {
    const taken = held.open(opened);
    this.#know(held.head);
    if (taken === "old" && held.isToBeOpenedAnew) return taken;
    this.#record = this.#recordOf(held);
    this.#options.journal.put(putWhole(held, this.#record));
    this.#takeAhead();
    return taken;
  }

  /** Puts an older page in front, in the store too. Whether it was of any use. */
  prepend(held: HeldStream, page: { readonly asOf: Seq; readonly items: readonly LogItem[] }): boolean {
    const before = held.from;
    if (held !== this.#held || held.prepend(page) !== "taken") return false;
    const older = held.items.filter((item) => lastSeq(item) < before);
    this.#storeHeld(older.map((item) => putItem(held.stream, item)));
    return true;
  }

  /** Into memory, from the store. */
  async load(isWanted: () => boolean): Promise<void> {
    const { journal, stream, viewer } = this.#options;
    await journal.flush();
    const record = this.#record ?? undefined;
    const entries = record === undefined ? [] : await this.#entries();
    if (!isWanted()) return;
    this.#held = HeldStream.load({ stream, viewer, record, entries });
    // What the feed brought while it was loaded is read again; it is little.
    if (this.#record !== null) this.#know(this.#record.head);
    this.#held.known(this.#known);
    // Another tab may have stored more.
    if (this.#record !== null && this.#held.head > this.#record.head) this.#storeHeld([]);
    this.#takeAhead();
  }

  /** Nobody looks any more: what is stored goes on being stored. */
  unload(): void {
    this.#held = null;
  }

  /** The state that is stored is no ground to go on from any more. */
  forgetState(): void {
    if (this.#record !== null) this.#record = { ...this.#record, base: null };
    this.#store([]);
  }

  touch(): void {
    if (this.#record === null) return;
    this.#record = { ...this.#record, openedAt: this.#options.timing.now() };
    this.#store([]);
  }

  /** Lets the oldest items go, from the store too, so that no more than so many are left. */
  trim(held: HeldStream, count: number): void {
    const { from, stream } = held;
    held.keepNewest(count);
    const older = { from: eventKey(stream, from), to: eventKey(stream, held.from) };
    this.#storeHeld([{ type: "delete-range", table: "events", ...older }]);
  }

  /** It is not there for this viewer: it leaves the store too (VIS3). */
  lose(): void {
    if (this.#record !== null) this.#options.journal.put(forgetStream(this.#options.stream));
    this.reset();
    this.#held = this.nothing();
  }

  /** The store does not take any more: what it has stays as old as its cursor. */
  letGo(): void {
    this.#record = null;
  }

  /** As if there had never been anything; the store is another's business. */
  reset(): void {
    this.#record = null;
    this.#held = null;
    this.#known = seq(0);
    this.#ahead = [];
  }

  /** What the store can't give is read from the server. */
  async #entries(): Promise<readonly Entry<"events">[]> {
    try {
      return await this.#options.store.list("events", eventsOf(this.#options.stream));
    } catch (error) {
      if (!(error instanceof StoreFailed)) throw error;
      return [];
    }
  }

  /** Whether the item is in; else something before it is missing. */
  #takeNext(item: LogItem): boolean {
    const { head } = this;
    if (lastSeq(item) <= head) return true;
    if (head === 0 || firstSeq(item) > head + 1) return false;
    const next = item.type === "opaque" ? { ...item, from: seq(head + 1) } : item;
    if (this.#held !== null) {
      this.#held.take(next);
      this.#storeHeld([putItem(this.#options.stream, next)]);
      if (this.#held.items.length > MOST_HELD) this.trim(this.#held, MOST_HELD / 2);
      return true;
    }
    // Where the store does not keep up, it is read again later.
    if (this.#record === null || this.#options.journal.isFull) return true;
    this.#record = { ...this.#record, head: lastSeq(next), known: this.#known };
    this.#store([putItem(this.#options.stream, next)]);
    return true;
  }

  #takeAhead(): void {
    while (this.#ahead[0] !== undefined && this.#takeNext(this.#ahead[0])) this.#ahead.shift();
  }

  #know(head: Seq): void {
    if (head > this.#known) this.#known = head;
    this.#held?.known(this.#known);
    if (this.#record !== null && this.#record.known < this.#known) {
      this.#record = { ...this.#record, known: this.#known };
    }
  }

  #recordOf(held: HeldStream): StreamRecord {
    const openedAt = this.#record?.openedAt ?? this.#options.timing.now();
    return { ...held.record({ openedAt }), known: this.#known };
  }

  #storeHeld(changes: readonly Change[]): void {
    // Before it has been opened there is nothing whole to store.
    if (this.#record === null || this.#held === null) return;
    this.#record = this.#recordOf(this.#held);
    this.#store(changes);
  }

  #store(changes: readonly Change[]): void {
    // What a newer version of this client stores is not taken back.
    if (this.#record === null || this.#record.foldVersion > FOLD_VERSION) return;
    this.#options.journal.put([...changes, putRecord(this.#options.stream, this.#record)]);
  }
}

export function forgetStream(stream: StreamId): readonly Change[] {
  return [
    { type: "delete", table: "streams", key: stream },
    { type: "delete-range", table: "events", ...eventsOf(stream) },
  ];
}
