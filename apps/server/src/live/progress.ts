/** How far a reader has been sent each shard's log, as the cursor that goes with every frame (LIVE1). @module */
import { type Incarnation, type Position, position, type Rev, type ShardNumber } from "@gatz/domain";
import { encodeCursor } from "./cursor.ts";
import type { Hub } from "./hub.ts";
import type { Place } from "./frame_texts.ts";
import type { Track } from "./track.ts";

export interface ProgressOptions {
  readonly incarnation: Incarnation;
  readonly tracks: ReadonlyMap<ShardNumber, Track>;
  readonly hub: Pick<Hub, "position">;
  /** How far the reader has been sent what is their own. */
  readonly rev: () => Rev;
  readonly now: () => number;
  /** The cursor changes at most once in so many milliseconds. */
  readonly cursorMs: number;
}

export class Progress {
  #text: string | undefined;
  #changedAt = -Infinity;

  constructor(private readonly options: ProgressOptions) {}

  sent(places: readonly Place[]): void {
    for (const { shard, position: at } of places) {
      const track = this.options.tracks.get(shard);
      if (track !== undefined) track.sent = position(Math.max(track.sent ?? 0, at));
    }
  }

  /**
   * Text of a position that is never ahead of what was sent; what is repeated after a cut falls by seq.
   * @param drained nothing waits for the reader, so all that the hub has handed over has been sent
   */
  cursor({ drained }: { drained: boolean }): string {
    const now = this.options.now();
    if (this.#text !== undefined && now - this.#changedAt < this.options.cursorMs) return this.#text;
    const { incarnation, rev } = this.options;
    const text = encodeCursor({ incarnation, positions: this.#positions(drained), rev: rev() });
    // The first text of a feed that resumes is the cursor it came with.
    if (this.#text !== undefined && text !== this.#text) this.#changedAt = now;
    return this.#text = text;
  }

  #positions(drained: boolean): Map<ShardNumber, Position> {
    const positions = new Map<ShardNumber, Position>();
    for (const track of this.options.tracks.values()) {
      // A shard that has not been asked yet is not in the cursor, so that the next feed asks it (LIVE2).
      if (track.sent === undefined) continue;
      const handed = drained && track.phase === "following" ? this.options.hub.position(track.shard) ?? 0 : 0;
      positions.set(track.shard, position(Math.max(track.sent, handed)));
    }
    return positions;
  }
}
