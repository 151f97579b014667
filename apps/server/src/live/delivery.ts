/** A committed event on its way to feeds, with its text beside it: made once, however many feeds it goes to. @module */
import type { FeedItem, LogEvent, Position, ShardNumber, StreamState } from "@gatz/domain";
import { Buffer } from "node:buffer";

/** One item's JSON, and how many bytes it takes. */
export interface ItemText {
  readonly text: string;
  readonly bytes: number;
}

export function itemText(item: FeedItem): ItemText {
  const text = JSON.stringify(item);
  return { text, bytes: Buffer.byteLength(text) };
}

export class Delivery {
  #full: ItemText | undefined;

  constructor(
    readonly shard: ShardNumber,
    readonly position: Position,
    readonly event: LogEvent,
    /** The stream's state at the event or newer. */
    readonly state: StreamState,
  ) {}

  /** What it takes encoded, 0 while nobody wanted it. */
  get bytes(): number {
    return this.#full?.bytes ?? 0;
  }

  /** The event as an item of a feed. */
  get full(): ItemText {
    return this.#full ??= itemText({ type: "event", event: this.event });
  }
}
