import { type Position, position } from "@gatz/domain";
import type { Committed } from "../contract.ts";

const NOTHING: readonly Committed[] = Object.freeze([]);

/**
 * The newest events of one shard's log, in memory, and how far the log is known to go. It has no holes: what this process did not see
 * being written is read from the log.
 */
export class Ring {
  readonly #capacity: number;
  #entries: Committed[] = [];
  #head: Position = position(0);
  #moved = Promise.withResolvers<void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The newest position known to be committed. */
  get head(): Position {
    return this.#head;
  }

  /** Events that this process committed behind `before`, in order. */
  append(before: number, entries: readonly Committed[]): void {
    const last = entries.at(-1);
    if (!last) return this.advance(before);
    if (this.#entries.at(-1)?.position !== before) this.#entries = [];
    this.#entries.push(...entries);
    if (this.#entries.length > 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
    this.advance(last.position);
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
    const first = this.#entries[0]?.position;
    const last = this.#entries.at(-1)?.position;
    if (first === undefined || last === undefined || from + 1 < first || from >= last) return "in the log";
    return this.#entries.slice(from + 1 - first);
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
