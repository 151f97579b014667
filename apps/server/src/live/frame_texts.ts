/** A frame in the making: the texts of its items, and how far the reader is with it. @module */
import type { Position, ShardNumber } from "@gatz/domain";

/** Where in the shards' logs an entry stands; once it is sent the cursor may say so. */
export interface Place {
  readonly shard: ShardNumber;
  readonly position: Position;
}

export interface Taken {
  readonly texts: readonly string[];
  /** In order; of one shard the last counts. */
  readonly places: readonly Place[];
  /** How many of the items say `behind` of what was dropped. */
  readonly behind: number;
}

/** A frame is closed at the item that fills it to this, so that room is asked for often enough. */
const FRAME_BYTES = 64 * 1024;

export class FrameTexts implements Taken {
  readonly texts: string[] = [];
  readonly places: Place[] = [];
  behind = 0;
  #characters = 0;

  constructor(private readonly items: number) {}

  /** False if it does not fit any more. A frame takes at least one item, however long. */
  add(text: string, place: Place | undefined): boolean {
    if (this.texts.length >= this.items || this.#characters >= FRAME_BYTES) return false;
    if (text !== "") this.texts.push(text);
    this.#characters += text.length;
    if (place !== undefined) this.places.push(place);
    return true;
  }
}
