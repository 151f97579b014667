/** The log as it is at the end of a run: what everything else is held against. @module */
import type { PlainEvent } from "../../oracle/event.ts";

export interface LogRow extends PlainEvent {
  readonly position: number;
  /** Of the body. */
  readonly digest: string;
}

export interface ShardRows {
  readonly shard: number;
  /** The newest position given out, as its fence says. */
  readonly head: number;
  /** Effects that were not delivered. */
  readonly undelivered: number;
  /** By position. */
  readonly rows: readonly LogRow[];
}

/** The same rows, by what they are asked for. */
export class FinalLog {
  readonly byId = new Map<string, LogRow>();
  readonly #streams = new Map<string, LogRow[]>();

  constructor(readonly incarnation: string, readonly shards: readonly ShardRows[]) {
    for (const { rows } of shards) {
      for (const row of rows) {
        this.byId.set(row.id, row);
        const stream = this.#streams.get(row.stream);
        if (stream === undefined) this.#streams.set(row.stream, [row]);
        else stream.push(row);
      }
    }
  }

  get streams(): ReadonlyMap<string, readonly LogRow[]> {
    return this.#streams;
  }

  /** By position. */
  of(stream: string): readonly LogRow[] {
    return this.#streams.get(stream) ?? [];
  }

  at(stream: string, seq: number): LogRow | undefined {
    const rows = this.of(stream);
    const row = rows[seq - 1];
    return row?.seq === seq ? row : rows.find((one) => one.seq === seq);
  }

  headOf(stream: string): number {
    return this.of(stream).at(-1)?.seq ?? 0;
  }
}
