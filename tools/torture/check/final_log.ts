/** The log as it is at the end of a run: what everything else is held against. @module */
import type { PlainEvent } from "../../oracle/event.ts";
import { PlainLogs } from "../../oracle/logs.ts";
import type { Mark } from "../history/record.ts";

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
  /** How far the users who live here have read. */
  readonly marks: readonly FinalMark[];
}

export interface FinalMark {
  readonly user: string;
  readonly mark: Mark;
}

/** The same rows, by what they are asked for. */
export class FinalLog extends PlainLogs<LogRow> {
  readonly byId: ReadonlyMap<string, LogRow>;
  readonly marks: readonly FinalMark[];

  constructor(readonly incarnation: string, readonly shards: readonly ShardRows[]) {
    const rows = shards.flatMap((shard) => shard.rows);
    super(rows);
    this.marks = shards.flatMap((shard) => shard.marks);
    this.byId = new Map(rows.map((row) => [row.id, row]));
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
