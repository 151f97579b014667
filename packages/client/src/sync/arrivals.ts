/** Tells the outbox how far streams have come, once that is stored: it forgets a draft only when what became of it is kept. @module */
import type { Seq, StreamId } from "@gatz/domain";
import type { Journal } from "./journal.ts";

export class Arrivals {
  readonly #journal: Journal;
  readonly #tellOf: (stream: StreamId, head: Seq) => void;
  /** Not told yet. */
  readonly #heads = new Map<StreamId, Seq>();

  constructor(journal: Journal, tellOf: (stream: StreamId, head: Seq) => void) {
    this.#journal = journal;
    this.#tellOf = tellOf;
  }

  add(stream: StreamId, head: Seq): void {
    const isFirst = this.#heads.size === 0;
    // What is told in one frame may be older than what came before it.
    if (head > (this.#heads.get(stream) ?? 0)) this.#heads.set(stream, head);
    if (isFirst) this.#journal.afterwards(() => this.#tell());
  }

  /** Another life: what arrived in this one says nothing about it. */
  clear(): void {
    this.#heads.clear();
  }

  #tell(): void {
    const heads = [...this.#heads];
    this.#heads.clear();
    for (const [stream, head] of heads) this.#tellOf(stream, head);
  }
}
