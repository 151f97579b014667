/** A committed event on its way to feeds, with its texts beside it, one a form: made once, however many feeds it goes to (VIS2). @module */
import {
  type FeedItem,
  type LogEvent,
  type Position,
  publicForm,
  type ShardNumber,
  type StreamState,
  unreachable,
  type UserId,
  visible,
} from "@gatz/domain";
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
  #public: ItemText | undefined;

  constructor(
    readonly shard: ShardNumber,
    readonly position: Position,
    readonly event: LogEvent,
    /** The stream's state at the event or newer. */
    readonly state: StreamState,
  ) {}

  /** What it takes encoded, 0 while nobody wanted it. */
  get bytes(): number {
    return (this.#full?.bytes ?? 0) + (this.#public?.bytes ?? 0);
  }

  /** The event as an item of this viewer's feed; null: to them it is opaque. */
  textFor(viewer: UserId): ItemText | null {
    const form = visible(this.event, viewer, this.state);
    switch (form) {
      case "full":
        return this.#full ??= itemText({ type: "event", event: this.event });
      case "public":
        return this.#public ??= itemText({ type: "event", event: publicForm(this.event) });
      case "opaque":
        return null;
      default:
        return unreachable(form);
    }
  }
}
