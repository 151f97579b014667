import { type Position, position } from "@gatz/domain";
import type { Committed, StorageLimits } from "../contract.ts";

const NOTHING: readonly Committed[] = Object.freeze([]);

export interface RingEntry {
  readonly committed: Committed;
  /** What it weighs in memory, about. */
  readonly bytes: number;
}

/**
 * The newest events of one shard's log, in memory, and how far the log is known to go. It has no holes: what this process did not see
 * being written is read from the log.
 */
export class Ring {
  readonly #limits: Pick<StorageLimits, "ringEvents" | "ringBytes">;
  #entries: RingEntry[] = [];
  #bytes = 0;
  #head: Position = position(0);
  #moved = Promise.withResolvers<void>();

  constructor(limits: Pick<StorageLimits, "ringEvents" | "ringBytes">) {
    this.#limits = limits;
  }

  /** The newest position known to be committed. */
  get head(): Position {
    return this.#head;
  }

  /** Events that this process committed behind `before`, in order. */
  append(before: number, entries: readonly RingEntry[]): void {
    const last = entries.at(-1);
    if (!last) return this.advance(before);
    if (this.#entries.at(-1)?.committed.position !== before) this.#keepFrom(this.#entries.length);
    this.#entries.push(...entries);
    for (const { bytes } of entries) this.#bytes += bytes;
    const { ringEvents, ringBytes } = this.#limits;
    if (this.#entries.length > 2 * ringEvents || this.#bytes > ringBytes) this.#forgetOldest();
    this.advance(last.committed.position);
  }

  /** The log is known to go at least so far. */
  advance(to: number): void {
    if (to <= this.#head) return;
    this.#head = position(to);
    this.#moved.resolve();
    this.#moved = Promise.withResolvers<void>();
  }

  /** What came after a position; `"in the log"`: there is more, and the ring has not the first of it. */
  since(from: Position): readonly Committed[] | "in the log" {
    if (from >= this.#head) return NOTHING;
    const first = this.#entries[0]?.committed.position;
    const last = this.#entries.at(-1)?.committed.position;
    if (first === undefined || last === undefined || from + 1 < first || from >= last) return "in the log";
    return this.#entries.slice(from + 1 - first).map(({ committed }) => committed);
  }

  /** Down to half of what may be held, so that not every append does it. */
  #forgetOldest(): void {
    const { ringEvents, ringBytes } = this.#limits;
    let start = this.#entries.length;
    let bytes = 0;
    while (start > 0 && this.#entries.length - start < ringEvents) {
      bytes += this.#entries[start - 1]!.bytes; // start is not 0
      if (bytes > ringBytes / 2) break;
      start--;
    }
    this.#keepFrom(start);
  }

  #keepFrom(start: number): void {
    this.#entries = this.#entries.slice(start);
    this.#bytes = weightOf(this.#entries);
  }

  /** Resolves when the log goes further than `from`, or the signal is aborted. */
  async movedBeyond(from: Position, signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener("abort", stop);
    while (this.#head <= from && !signal.aborted) await Promise.race([this.#moved.promise, aborted.promise]);
    signal.removeEventListener("abort", stop);
  }
}

function weightOf(entries: readonly RingEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}
