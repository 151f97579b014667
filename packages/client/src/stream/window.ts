import { type LogEvent, type Seq, seq } from "@gatz/domain";
import type { LogItem } from "../server/contract.ts";

/** What became of something that a stream is offered: it is in, it was in before, or something before it is missing. */
export type Taken = "taken" | "old" | "gap";

export const firstSeq = (item: LogItem): Seq => item.type === "event" ? item.event.seq : item.from;
export const lastSeq = (item: LogItem): Seq => item.type === "event" ? item.event.seq : item.to;

/** A part of a stream's log in the viewer's forms, without gaps and without overlaps. What it has it never loses at its new end. */
export class LogWindow {
  #items: LogItem[] = [];
  #from = seq(1);
  #head = seq(0);

  /** The first seq; 1 while it is empty. */
  get from(): Seq {
    return this.#from;
  }

  /** The last seq; 0 while it is empty. */
  get head(): Seq {
    return this.#head;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** From the oldest to the newest. */
  get items(): readonly LogItem[] {
    return this.#items;
  }

  /** Those that are seen, from the oldest to the newest; from a seq on, if one is given. */
  *events(from: Seq | number = 0): Generator<LogEvent, void, void> {
    for (let i = from <= this.#from ? 0 : this.#placeOf(from); i < this.#items.length; i++) {
      const item = this.#items[i]!;
      if (item.type === "event" && item.event.seq >= from) yield item.event;
    }
  }

  take(item: LogItem): Taken {
    if (lastSeq(item) <= this.#head) return "old";
    if (firstSeq(item) > this.#head + 1) return "gap";
    this.#items.push(item.type === "event" ? item : { ...item, from: seq(this.#head + 1) });
    this.#head = lastSeq(item);
    return "taken";
  }

  /** Puts older items in front of what is here; only what reaches up to it. Answers with what was new. */
  prepend(items: readonly LogItem[]): readonly LogItem[] {
    const older = continuous(items, { before: this.#from });
    if (older.length === 0 || this.isEmpty) return [];
    this.#items = [...older, ...this.#items];
    this.#from = firstSeq(older[0]!);
    return older;
  }

  /** Begins again with these, of which each follows the one before. */
  replace(items: readonly LogItem[]): void {
    this.#items = [...items];
    const [oldest, newest] = [items[0], items.at(-1)];
    this.#from = oldest === undefined ? seq(1) : firstSeq(oldest);
    this.#head = newest === undefined ? seq(0) : lastSeq(newest);
  }

  /** Lets the oldest go, so that no more than so many items are left. */
  keepNewest(count: number): void {
    if (this.#items.length > count) this.replace(this.#items.slice(-Math.max(count, 1)));
  }

  /** Where the item is that a seq is in, or would be. */
  #placeOf(at: Seq | number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lastSeq(this.#items[middle]!) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * The newest of these items that follow each other without a gap, and that end right before a seq, if one is given. Overlaps are cut: what
 * an earlier item covers a later one does not cover again.
 */
export function continuous(items: readonly LogItem[], { before = Infinity }: { before?: number } = {}): LogItem[] {
  let run: LogItem[] = [];
  let head = 0;
  for (const item of items) {
    const [first, last] = [firstSeq(item), Math.min(lastSeq(item), before - 1)];
    if (first >= before || last <= head) continue;
    if (first > head + 1) run = [];
    const from = run.length === 0 ? first : seq(head + 1);
    run.push(item.type === "event" ? item : { ...item, from, to: seq(last) });
    head = last;
  }
  return before === Infinity || head === before - 1 ? run : [];
}
