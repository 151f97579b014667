/** What one follower received of a day's streams, and what was wrong with it. @module */
import {
  applyToMessages,
  evolve,
  type ExpungeMarks,
  type FeedItem,
  type MessageId,
  type MessageState,
  seq,
  type StreamState,
  underMarks,
  unreachable,
  withMark,
} from "@gatz/domain";
import type { Difference } from "../judge/difference.ts";

/** `log.read` for the follower: events and hidden stretches from a seq on, in order. */
export type ReadLog = (stream: string, fromSeq: number) => Promise<readonly LogItem[]>;
export type LogItem = Extract<FeedItem, { type: "event" | "opaque" }>;

/** One stream as a client holds it. */
export interface Held {
  /** All seqs up to here were received, as events or as hidden. */
  readonly seq: number;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
  /** The stream's own state; null once a part of it is hidden. */
  readonly state: StreamState | null;
}

interface Page {
  seq: number;
  messages: Map<MessageId, MessageState>;
  state: StreamState | null;
  /** Of purges that were received. */
  marks: ExpungeMarks;
  /** The last seq that was hidden, 0 if none. */
  lastHidden: number;
}

export interface NotebookOptions {
  /** Who follows, for reports. */
  readonly viewer: string;
  /** The streams to note down; a feed brings the viewer's others too. */
  readonly streams: ReadonlySet<string>;
  readonly readLog: ReadLog;
}

/**
 * Folds the items of a feed as LIVE2–4 say that a client does. Items of a feed are in order; anything that a client would
 * have to miss (a hole in the seqs, a head that says more than what came) is a fault.
 */
export class Notebook {
  readonly #options: NotebookOptions;
  readonly #pages = new Map<string, Page>();
  readonly #faults: Difference[] = [];
  readonly #marks = new Map<string, number>();
  readonly counts = { events: 0, repeated: 0, joined: 0, behind: 0, beats: 0 };
  #work: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(options: NotebookOptions) {
    this.#options = options;
  }

  get faults(): readonly Difference[] {
    return this.#faults;
  }

  /** Takes the items of a frame; they are noted after those before, however long reading takes. */
  take(items: readonly FeedItem[]): void {
    this.#then(async () => {
      for (const item of items) await this.#note(item);
    });
  }

  /** Reads a stream from its beginning up to a head, as one who starts with a list does. */
  start(stream: string, head: number): void {
    this.#then(() => this.#readTo(stream, head));
  }

  /** Resolves when all that was taken is noted, or has become a fault. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** After a read that failed nothing is noted any more: what is held would have a hole. */
  #then(job: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#broken) return;
      try {
        await job();
      } catch (error) {
        this.#broken = true;
        this.#fault("log.read", { path: "", expected: "an answer", found: String(error) });
      }
    });
  }

  /** How far the viewer has read, as the feed told; undefined: it told nothing. */
  mark(discussion: string): number | undefined {
    return this.#marks.get(discussion);
  }

  held(stream: string): Held {
    return this.#pages.get(stream) ?? { seq: 0, messages: new Map(), state: null };
  }

  async #note(item: FeedItem): Promise<void> {
    switch (item.type) {
      case "event":
        return await this.#noteLog(item, item.event.stream);
      case "opaque":
        return await this.#noteLog(item, item.stream);
      case "joined":
        this.counts.joined++;
        return await this.#join(item);
      case "behind":
        this.counts.behind++;
        if (this.#follows(item.stream)) await this.#readTo(item.stream, item.head);
        return;
      case "beat":
        this.counts.beats++;
        return this.#compareHeads(item.heads);
      case "live":
        return this.#compareHeads(item.heads);
      case "read":
        this.#marks.set(item.discussion, item.seq);
        return;
      case "setting":
      case "shard":
      case "signal":
        return;
      default:
        unreachable(item);
    }
  }

  #follows(stream: string): boolean {
    return this.#options.streams.has(stream);
  }

  async #noteLog(item: LogItem, stream: string): Promise<void> {
    if (!this.#follows(stream)) return;
    const { from, to } = span(item);
    const held = this.held(stream).seq;
    if (to <= held) {
      this.counts.repeated++;
      return;
    }
    if (from > held + 1) {
      this.#fault(stream, { path: "the feed's next seq", expected: held + 1, found: from });
      await this.#readTo(stream, from - 1);
    }
    this.#apply(stream, item);
  }

  /** A new stay may show what was hidden before it: then what is held is read anew. */
  async #join(item: Extract<FeedItem, { type: "joined" }>): Promise<void> {
    if (!this.#follows(item.stream)) return;
    const page = this.#pages.get(item.stream);
    if (page && item.head <= page.seq) return;
    if (page && page.lastHidden >= item.visibleFrom) this.#pages.delete(item.stream);
    await this.#readTo(item.stream, item.head);
  }

  /** Reads no further than the head: what is beyond it is the feed's to bring. */
  async #readTo(stream: string, head: number): Promise<void> {
    for (let held = this.held(stream).seq; held < head; held = this.held(stream).seq) {
      for (const item of await this.#options.readLog(stream, held + 1)) {
        const { from, to } = span(item);
        if (from > head || to <= this.held(stream).seq) continue;
        this.#apply(stream, item.type === "opaque" && to > head ? { ...item, to: seq(head) } : item);
      }
      if (this.held(stream).seq === held) {
        this.#fault(stream, {
          path: `log.read from seq ${held + 1}`,
          expected: `items up to seq ${head}`,
          found: "none",
        });
        return;
      }
    }
  }

  #apply(stream: string, item: LogItem): void {
    const page = this.#pages.get(stream) ??
      { seq: 0, messages: new Map(), state: null, marks: undefined, lastHidden: 0 };
    this.#pages.set(stream, page);
    page.seq = span(item).to;
    if (item.type === "opaque") {
      page.lastHidden = item.to;
      page.state = null;
    } else {
      this.counts.events++;
      applyToMessages(page.messages, item.event);
      if (item.event.type === "expunge") purge(page, item.event);
      if (page.lastHidden === 0) page.state = evolve(page.state, item.event);
    }
  }

  /** Events come before the heads that count them (LIVE4). */
  #compareHeads(heads: Extract<FeedItem, { type: "beat" }>["heads"]): void {
    for (const { stream, seq } of heads) {
      if (!this.#follows(stream) || seq <= this.held(stream).seq) continue;
      this.#fault(stream, { path: "what came before a head", expected: seq, found: this.held(stream).seq });
    }
  }

  #fault(stream: string, what: Omit<Difference, "about">): void {
    this.#faults.push({ about: `${stream} as followed by ${this.#options.viewer}`, ...what });
  }
}

/** A mark is of all that its author wrote up to a seq (MOD1). */
function purge(page: Page, event: Parameters<typeof withMark>[1]): void {
  page.marks = withMark(page.marks, event);
  for (const [id, message] of page.messages) page.messages.set(id, underMarks(message, page.marks));
}

function span(item: LogItem): { from: number; to: number } {
  return item.type === "event" ? { from: item.event.seq, to: item.event.seq } : item;
}
