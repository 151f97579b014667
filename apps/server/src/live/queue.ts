/** What waits for one reader: bounded, and past the bound turned into `behind` (LIVE5). @module */
import type { Head, Position, Rev, Seq, ShardNumber, StreamId, StreamView } from "@gatz/domain";
import { type ItemText, itemText } from "./delivery.ts";
import { FrameTexts, type Place, type Taken } from "./frame_texts.ts";
import { Newest } from "./signals/newest.ts";

export interface QueueLimits {
  readonly feedQueueEvents: number;
  readonly feedQueueBytes: number;
  /** Signals that wait for one reader. */
  readonly feedSignals: number;
  /** Items of one frame. */
  readonly frameEvents: number;
}

/** One item of a stream: `seq` is the newest that it tells of. */
export interface StreamEntry extends ItemText, Place {
  readonly kind: "item";
  readonly stream: StreamId;
  readonly seq: Seq;
  /** Of a `joined`: handed on if it is dropped. */
  readonly state?: StreamView;
}

interface OpaqueEntry extends Place {
  readonly kind: "opaque";
  readonly stream: StreamId;
  readonly from: Seq;
  readonly seq: Seq;
}

interface BeatEntry {
  readonly kind: "beat";
  readonly heads: Map<StreamId, Seq>;
  rev: Rev | undefined;
}

/** Short-lived news, encoded once for all who get it (LIVE7). */
export interface SignalEntry {
  readonly text: string;
  /** A newer one about the same takes its place. */
  readonly about: string;
  /** Of which stream it is news, if of one. */
  readonly stream: StreamId | undefined;
  /** When it is of no use any more, in milliseconds from any beginning. */
  readonly until: number;
}

/** Not of the live stream, and bounded elsewhere: backfill, `live`, `shard`. An empty text only moves the cursor. */
interface AheadEntry {
  readonly text: string;
  readonly place?: Place;
  /** Takes the place of an entry about the same, if that still waits. */
  readonly about?: string;
}

interface Dropped {
  head: Seq;
  state: StreamView | undefined;
}

/** What goes between the items of streams, and bounds itself. */
export interface SideNews {
  readonly ready: boolean;
  /** Gives out texts for as long as `add` takes them. */
  take(add: (text: string) => boolean): void;
}

const NO_NEWS: SideNews = { ready: false, take: () => {} };

/** What an item costs beside its text; an opaque range is little else. */
const OVERHEAD_BYTES = 100;

export class FeedQueue {
  #ahead: AheadEntry[] = [];
  #waiting: (StreamEntry | OpaqueEntry | BeatEntry)[] = [];
  /** How many of `#waiting` have been taken already. */
  #from = 0;
  #bytes = 0;
  readonly #dropped = new Map<StreamId, Dropped>();
  /** Where the cursor stands once all that was dropped has been said. */
  readonly #droppedUpTo = new Map<ShardNumber, Position>();
  /** Made when there is one: most feeds have none for most of the time. */
  #signals: Newest<SignalEntry> | undefined;
  #streaming = false;

  constructor(private readonly limits: QueueLimits, private readonly side: SideNews = NO_NEWS) {}

  /** Until then only what was put ahead is given out (LIVE3: backfill, live, streaming). */
  startStreaming(): void {
    this.#streaming = true;
  }

  /** Whether {@link take} would give something. */
  get ready(): boolean {
    return this.#ahead.length > 0 || this.side.ready ||
      (this.#streaming && (this.#dropped.size > 0 || this.#waits > 0 || this.#hasSignals));
  }

  get #hasSignals(): boolean {
    return this.#signals !== undefined && this.#signals.size > 0;
  }

  /** Nothing waits in any form: all that was put in has been taken. */
  get drained(): boolean {
    return this.#ahead.length === 0 && this.#dropped.size === 0 && this.#waits === 0;
  }

  /** Entries, and bytes of them, that are held for a slow reader. */
  get held(): { entries: number; bytes: number; dropped: number } {
    return { entries: this.#waits, bytes: this.#bytes, dropped: this.#dropped.size };
  }

  get #waits(): number {
    return this.#waiting.length - this.#from;
  }

  putAhead(text: string, place?: Place): void {
    this.#ahead.push({ text, place });
  }

  /** Of news about the same only the newest waits, however often there are some (LIVE5). */
  putNews(about: string, text: string): void {
    this.#ahead = this.#ahead.filter((entry) => entry.about !== about);
    this.#ahead.push({ text, about });
  }

  put(entry: StreamEntry): void {
    if (this.#bump(entry)) return;
    this.#waiting.push(entry);
    this.#grow(entry.bytes);
  }

  putOpaque(hidden: Place & { readonly stream: StreamId; readonly seq: Seq }): void {
    if (this.#bump(hidden)) return;
    const last = this.#waiting.at(-1);
    const touches = this.#waits > 0 && last?.kind === "opaque" && last.stream === hidden.stream &&
      last.seq + 1 === hidden.seq;
    if (touches) this.#waiting[this.#waiting.length - 1] = { ...last, position: hidden.position, seq: hidden.seq };
    else {
      this.#waiting.push({ kind: "opaque", from: hidden.seq, ...hidden });
      this.#grow(0);
    }
  }

  /** One beat waits at most: a newer one takes over the heads of the one before, behind all that they tell of. */
  putBeat(heads: readonly Head[], rev?: Rev): void {
    const before = this.#withdrawBeat();
    const beat: BeatEntry = { kind: "beat", heads: before?.heads ?? new Map(), rev: rev ?? before?.rev };
    for (const { stream, seq } of heads) beat.heads.set(stream, seq);
    this.#waiting.push(beat);
  }

  /** False: it was dropped, or another for it. Signals are the first that load costs, and take no room from events (LIVE7). */
  putSignal(signal: SignalEntry): boolean {
    if (this.#isCrowded) return false;
    this.#signals ??= new Newest(this.limits.feedSignals);
    return !this.#signals.put(signal.about, signal);
  }

  /** The reader is to know nothing more of the stream. */
  forgetSignals(stream: StreamId): void {
    this.#signals?.forget((signal) => signal.stream === stream);
  }

  /** Half full: what is short-lived would come too late. */
  get #isCrowded(): boolean {
    const { feedQueueEvents, feedQueueBytes } = this.limits;
    return this.#dropped.size > 0 || 2 * this.#waits > feedQueueEvents || 2 * this.#bytes > feedQueueBytes;
  }

  #withdrawBeat(): BeatEntry | undefined {
    const at = this.#waiting.findIndex((entry, i) => i >= this.#from && entry.kind === "beat");
    const beat = this.#waiting[at];
    if (beat?.kind !== "beat") return undefined;
    this.#waiting.splice(at, 1);
    return beat;
  }

  /** Of a stream whose items were dropped only the head is kept, until `behind` has said so. */
  #bump({ stream, seq, state }: { stream: StreamId; seq: Seq; state?: StreamView }): boolean {
    const dropped = this.#dropped.get(stream);
    if (dropped === undefined) return false;
    dropped.head = seq;
    dropped.state = state ?? dropped.state;
    return true;
  }

  #grow(bytes: number): void {
    this.#bytes += bytes + OVERHEAD_BYTES;
    if (this.#waits > this.limits.feedQueueEvents || this.#bytes > this.limits.feedQueueBytes) this.#drop();
  }

  #drop(): void {
    const beat = this.#waiting.slice(this.#from).find((entry) => entry.kind === "beat");
    for (const entry of this.#waiting.slice(this.#from)) {
      if (entry.kind === "beat") continue;
      const { stream, seq, shard, position } = entry;
      const state = (entry.kind === "item" ? entry.state : undefined) ?? this.#dropped.get(stream)?.state;
      this.#dropped.set(stream, { head: seq, state });
      this.#droppedUpTo.set(shard, position);
    }
    this.#reset();
    if (beat !== undefined) this.#waiting.push(beat);
  }

  #reset(): void {
    this.#waiting = [];
    this.#from = 0;
    this.#bytes = 0;
  }

  /**
   * As many items as wait, up to a frame's bounds.
   * @param now on the clock of the signals' `until`
   */
  take(now: number): Taken {
    const frame = new FrameTexts(this.limits.frameEvents);
    this.#takeAhead(frame);
    this.side.take((text) => frame.add(text, undefined));
    if (!this.#streaming || this.#ahead.length > 0) return frame;
    if (this.#dropped.size > 0) this.#takeDropped(frame);
    if (this.#dropped.size === 0) this.#takeWaiting(frame);
    if (this.#waits === 0) this.#takeSignals(frame, now);
    return frame;
  }

  #takeAhead(frame: FrameTexts): void {
    let taken = 0;
    for (const { text, place } of this.#ahead) {
      if (!frame.add(text, place)) break;
      taken++;
    }
    this.#ahead.splice(0, taken);
  }

  #takeDropped(frame: FrameTexts): void {
    for (const [stream, { head, state }] of this.#dropped) {
      const { text } = itemText({ type: "behind", stream, head, ...(state === undefined ? {} : { state }) });
      if (!frame.add(text, undefined)) return;
      frame.behind++;
      this.#dropped.delete(stream);
    }
    for (const [shard, position] of this.#droppedUpTo) frame.places.push({ shard, position });
    this.#droppedUpTo.clear();
  }

  #takeSignals(frame: FrameTexts, now: number): void {
    this.#signals?.take(({ text, until }) => until <= now || frame.add(text, undefined));
    if (this.#signals?.size === 0) this.#signals = undefined;
  }

  #takeWaiting(frame: FrameTexts): void {
    for (; this.#from < this.#waiting.length; this.#from++) {
      const entry = this.#waiting[this.#from]!;
      if (!frame.add(entryText(entry), entry.kind === "beat" ? undefined : entry)) break;
      if (entry.kind !== "beat") this.#bytes -= OVERHEAD_BYTES + (entry.kind === "item" ? entry.bytes : 0);
    }
    if (this.#waits === 0) this.#reset();
    else if (this.#from > this.#waiting.length / 2) {
      this.#waiting.splice(0, this.#from);
      this.#from = 0;
    }
  }
}

function entryText(entry: StreamEntry | OpaqueEntry | BeatEntry): string {
  switch (entry.kind) {
    case "item":
      return entry.text;
    case "opaque":
      return itemText({ type: "opaque", stream: entry.stream, from: entry.from, to: entry.seq }).text;
    case "beat":
      return itemText({
        type: "beat",
        heads: headsOf(entry.heads),
        ...(entry.rev === undefined ? {} : { rev: entry.rev }),
      }).text;
  }
}

export function headsOf(heads: ReadonlyMap<StreamId, Seq>): Head[] {
  return [...heads].map(([stream, seq]) => ({ stream, seq }));
}
