/** One stream that is stored or shown: kept without gaps from what the feed brings and from what is read for it. @module */
import { type Seq, seq, type StreamId, type UserId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import { isTrouble, type LogItem } from "../server/contract.ts";
import type { Store } from "../store/contract.ts";
import type { StreamRecord } from "../store/records.ts";
import type { HeldStream } from "../stream/held_stream.ts";
import type { Timing } from "../timing.ts";
import { CUT, type Trouble } from "../trouble.ts";
import type { HeldView } from "./held.ts";
import type { Journal } from "./journal.ts";
import { StreamLog, type StreamLogOptions } from "./stream_log.ts";
import { StreamPart } from "./stream_part.ts";

/** What is behind by more is not read up to its end: the newest part is asked for (LIVE3). */
const MOST_TO_READ = 2_000;
const OLDER_EVENTS = 200;
/** Events in the store, of a stream that nobody looks at; beyond that the oldest half is let go. */
const MOST_STORED = 5_000;

export interface Keeping extends Omit<StreamLogOptions, "stream"> {
  readonly viewer: UserId;
  readonly store: Pick<Store, "list">;
  readonly journal: Journal;
  readonly timing: Timing;
  /** It has become current, or is not any more, or has come further. */
  readonly onChange: (kept: KeptStream) => void;
  readonly onBug: (bug: unknown) => void;
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal;
}

/** What is to be done next for a stream to be as it should. */
type Step = "load" | "open" | "read" | "trim";

export class KeptStream {
  readonly stream: StreamId;
  readonly #keeping: Keeping;
  readonly #part: StreamPart;
  readonly #log: StreamLog;
  readonly #view: Cell<HeldView>;
  #holders = 0;
  /** The newest part is to be asked for, whatever is held. */
  #isToBeOpened = false;
  /** What is here, or being asked for, may be older than what the feed goes on from: the server is to be asked for more. */
  #isToBeCompared = false;
  #isMissing = false;
  #trouble: Trouble | null = null;
  #isWorking = false;
  /** What is stored is on its way into memory. */
  #loading: Promise<void> | null = null;
  /** Something that must not happen has happened to it, and nothing since that could mend it. */
  #hasFailed = false;

  constructor(stream: StreamId, { record, ...keeping }: Keeping & { readonly record: StreamRecord | null }) {
    this.stream = stream;
    this.#keeping = keeping;
    this.#part = new StreamPart({ ...keeping, stream, record });
    this.#log = new StreamLog({ ...keeping, stream });
    this.#view = new Cell<HeldView>(this.#draw());
  }

  get view(): Observable<HeldView> {
    return this.#view;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** Nothing of it is stored, and nobody looks at it. */
  get isIdle(): boolean {
    return this.#part.record === null && !this.isHeld && !this.#isWorking;
  }

  /** Up to here there are no gaps. */
  get head(): Seq {
    return this.#part.head;
  }

  /** Whether something is known to be there that is not here yet. */
  get isBehind(): boolean {
    return this.#nextStep() !== null;
  }

  hold(): void {
    if (!this.isHeld && this.#isMissing) this.#askAgain();
    this.#holders++;
    this.#trouble = null;
    this.#hasFailed = false;
    this.#part.touch();
    this.#changed();
  }

  /** What was loaded stays in the store; nothing is folded any more. */
  release(): void {
    this.#holders--;
    if (!this.isHeld && !this.#isWorking) this.#part.unload();
    this.#changed();
  }

  /** It is looked at: it leaves the store later than others. */
  touch(): void {
    this.#part.touch();
  }

  /** What was in the way may not be any more. */
  retry(): void {
    this.#trouble = null;
    this.#hasFailed = false;
    this.#changed();
  }

  take(item: LogItem): void {
    if (this.#part.isEmpty && !this.isHeld) return;
    if (this.#isMissing) this.#askAgain();
    this.#part.take(item);
    this.#changed();
  }

  /** Something as new as this is known to be there. */
  know(head: Seq): void {
    if (head <= this.#part.known) return;
    if (this.#isMissing) this.#askAgain();
    this.#part.know(head);
    this.#changed();
  }

  /** There is at least this much of it; undefined: nobody has said how much, so the server is to be asked once more. */
  compare(known: Seq | undefined): void {
    if (known !== undefined) return this.know(known);
    this.#isToBeCompared = true;
    this.#changed();
  }

  /** A stay has begun that may show what was hidden before (VIS1): only if it is news. */
  joined(head: Seq): void {
    if (head <= this.head && !this.#isMissing) return;
    if (this.#isMissing) this.#askAgain();
    this.#trouble = null;
    this.#isToBeOpened = this.head > 0;
    this.#part.know(head);
    this.#part.forgetState();
    this.#changed();
  }

  /** Reads an older page. `whole`: there is nothing older. Null: nothing is held yet, or not any more. */
  async older(): Promise<"more" | "whole" | Trouble | null> {
    const { held } = this.#part;
    if (held === null || held.head === 0) return null;
    const before = held.from;
    if (before === 1) return "whole";
    const fromSeq = seq(Math.max(1, before - OLDER_EVENTS));
    const part = await this.#log.part({ fromSeq, before });
    if (part === null || isTrouble(part)) return part;
    if (part.items.length === 0) return "whole";
    if (this.#log.isClosed || !this.#part.prepend(held, part)) return null;
    this.#changed();
    return fromSeq === 1 ? "whole" : "more";
  }

  /** A page from a seq on, for who goes through the log once: nothing of it is kept. Null: it is not wanted any more. */
  async page(fromSeq: Seq): Promise<readonly LogItem[] | Trouble | null> {
    const page = await this.#log.page(fromSeq);
    return page === null || isTrouble(page) ? page : page.items;
  }

  /** Another life of the installation (LOG9): whoever looks at it goes on looking. The store is cleared by others. */
  reset(): void {
    this.#log.forget();
    this.#part.reset();
    this.#isToBeOpened = this.#isToBeCompared = this.#isMissing = false;
    this.#trouble = null;
    this.#changed();
  }

  /** What must not happen is told, and costs this stream alone: once, what the server has of it is asked for instead of what it came to here. */
  failed(bug: unknown): void {
    if (this.#hasFailed) this.#trouble = { ...CUT, again: false, problem: `a bug of this client: ${bug}` };
    this.#hasFailed = true;
    this.#part.forgetState();
    this.#part.unload();
    this.#keeping.onBug(bug);
    this.#changed();
  }

  /** It is forgotten: what is under way has no effect any more. */
  drop(): void {
    this.#log.close();
    this.#view.close();
  }

  /** Sees to it that what is wanted is here; one at a time. */
  #work(): void {
    this.#show();
    if (this.#isWorking || this.#nextStep() === null) return;
    this.#isWorking = true;
    this.#doAll()
      .catch((bug) => this.failed(bug))
      .finally(() => {
        this.#isWorking = false;
        if (!this.isHeld) this.#part.unload();
        this.#changed();
      });
  }

  async #doAll(): Promise<void> {
    for (let step = this.#nextStep(); step !== null; step = this.#nextStep()) {
      const { held } = this.#part;
      if (held === null && step !== "read") await this.#load();
      else if (held !== null && step === "open") await this.#openAnew(held);
      else if (held !== null && step === "trim") this.#part.trim(held, MOST_STORED / 2);
      else await this.#readOn();
    }
  }

  #nextStep(): Step | null {
    if (this.#log.isClosed || this.#isMissing || this.#trouble !== null || this.#keeping.signal.aborted) return null;
    const { held, record, known, head } = this.#part;
    const isToBeOpened = this.#isToBeOpened || known - head > MOST_TO_READ;
    if (held !== null) {
      if (isToBeOpened || held.isToBeOpenedAnew) return "open";
      if (!this.isHeld && head - held.from >= MOST_STORED) return "trim";
    } else if (this.isHeld) return "load";
    else if (record === null) return null;
    else if (isToBeOpened || head - record.from >= MOST_STORED) return "load";
    return head < known || this.#isToBeCompared ? "read" : null;
  }

  /** What is stored is shown at once, also while something is asked for that may not be answered for long. */
  #show(): void {
    const isWanted = this.isHeld && this.#part.held === null && !this.#log.isClosed && !this.#isMissing;
    if (!isWanted || !this.#isWorking || this.#loading !== null) return;
    this.#load().catch((bug) => this.failed(bug));
  }

  async #load(): Promise<void> {
    this.#loading ??= this.#part.load(this.#log.wanting());
    try {
      await this.#loading;
    } finally {
      this.#loading = null;
    }
    this.#changed();
  }

  /** Asks for the newest part of the log and the state at its end. */
  async #openAnew(held: HeldStream): Promise<void> {
    const opened = await this.#log.open();
    if (opened === null || this.#isRefused(opened)) return;
    const taken = this.#part.open(held, opened);
    // Perhaps it was read before something that has been met since.
    const isTooOld = taken === "old" && (held.isToBeOpenedAnew || opened.asOf < this.#part.known);
    this.#isToBeOpened = isTooOld && this.#isToBeOpened;
    this.#changed();
    if (isTooOld) await this.#pause();
  }

  async #readOn(): Promise<void> {
    const { journal } = this.#keeping;
    // Where nobody looks, what is read is for the store alone: no faster than that takes it.
    if (this.#part.held === null) await journal.flush();
    if (this.#part.held === null && journal.isFull) return this.#part.letGo();
    const [fromSeq, { known }] = [seq(this.head + 1), this.#part];
    this.#isToBeCompared = false;
    const page = await this.#log.page(fromSeq);
    if (page === null || this.#isRefused(page)) return;
    this.#part.takePage(page.items, { known });
    this.#changed();
  }

  #isRefused(answer: object): answer is Trouble {
    if (!isTrouble(answer)) return this.#log.isClosed;
    this.#isMissing = answer.code === "NotFound";
    if (this.#isMissing) this.#part.lose();
    else [this.#trouble, this.#isToBeCompared] = [answer, true];
    this.#changed();
    return true;
  }

  #askAgain(): void {
    this.#isMissing = false;
    this.#part.reset();
  }

  async #pause(): Promise<void> {
    const { timing, signal } = this.#keeping;
    await timing.wait(timing.retryDelayMs(0), signal);
  }

  #changed(): void {
    if (this.isHeld) this.#view.set(this.#draw());
    this.#keeping.onChange(this);
    this.#work();
  }

  #draw(): HeldView {
    return { held: this.#part.held ?? this.#part.nothing(), isMissing: this.#isMissing, trouble: this.#trouble };
  }
}
