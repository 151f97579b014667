/** Tells the outbox how far streams have come, once that is stored: it forgets a draft only when what became of it is kept. @module */
import type { Seq, StreamId } from "@gatz/domain";
import type { OutboxPart } from "./contract.ts";
import type { Journal } from "./journal.ts";

export class Arrivals {
  readonly #journal: Journal;
  readonly #outbox: Pick<OutboxPart, "arrived">;
  /** Not told yet. */
  readonly #heads = new Map<StreamId, Seq>();

  constructor(journal: Journal, outbox: Pick<OutboxPart, "arrived">) {
    this.#journal = journal;
    this.#outbox = outbox;
  }

  add(stream: StreamId, head: Seq): void {
    const isFirst = this.#heads.size === 0;
    this.#heads.set(stream, head);
    if (isFirst) this.#journal.afterwards(() => this.#tell());
  }

  /** Another life: what arrived in this one says nothing about it. */
  clear(): void {
    this.#heads.clear();
  }

  #tell(): void {
    const heads = [...this.#heads];
    this.#heads.clear();
    for (const [stream, head] of heads) this.#outbox.arrived(stream, head);
  }
}
