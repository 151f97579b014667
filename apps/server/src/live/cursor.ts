/** A feed's resume token: opaque to clients, an incarnation, the positions of the shards concerned and the rev of the user's own (LIVE1, LOG9). @module */
import {
  type Incarnation,
  incarnation,
  MAX_SHARDS,
  type Position,
  position,
  type Rev,
  rev,
  type ShardNumber,
  shardNumber,
} from "@gatz/domain";

export interface Cursor {
  readonly incarnation: Incarnation;
  /** Everything up to here has been sent. */
  readonly positions: ReadonlyMap<ShardNumber, Position>;
  /** Changes of the user's own records up to here have been sent. Absent: none of them. */
  readonly rev?: Rev;
}

/** Raised when the layout changes; a cursor of a newer layout is malformed to this node. */
const LAYOUT = 2;
/** The layout before had no rev. */
const LAYOUT_WITHOUT_REV = 1;
const BASE64 = { alphabet: "base64url" } as const;
// 12 bits of shard and 42 of position take at most 8 bytes: more than four million million events in one shard.
const MAX_TEXT = Math.ceil(((2 + 255 + 8 + MAX_SHARDS * 8) * 4) / 3);

/**
 * The cursor as URL-safe text: one byte of layout, the incarnation with its length, one more than the rev, or 0 without one, then for each
 * shard, ascending, the gap to the one before and the position, all as variable-length integers: at most 8 bytes a shard.
 */
export function encodeCursor(cursor: Cursor): string {
  const life = new TextEncoder().encode(cursor.incarnation);
  if (life.length > 255) throw new RangeError("an incarnation has at most 255 bytes");
  const bytes: number[] = [LAYOUT, life.length, ...life];
  putVarint(bytes, cursor.rev === undefined ? 0 : cursor.rev + 1);
  let previous = -1;
  for (const [shard, at] of [...cursor.positions].sort(([a], [b]) => a - b)) {
    putVarint(bytes, shard - previous - 1);
    putVarint(bytes, at);
    previous = shard;
  }
  return Uint8Array.from(bytes).toBase64({ ...BASE64, omitPadding: true });
}

/** Reads untrusted text; null if it is no cursor. */
export function decodeCursor(text: string): Cursor | null {
  if (text.length > MAX_TEXT || !/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return null;
  const reader = new Reader(Uint8Array.fromBase64(text, BASE64));
  const layout = reader.byte();
  if (layout !== LAYOUT && layout !== LAYOUT_WITHOUT_REV) return null;
  const life = reader.text(reader.byte());
  if (life === null) return null;
  const revAndOne = layout === LAYOUT_WITHOUT_REV ? 0 : reader.varint();
  if (revAndOne === null) return null;
  const positions = new Map<ShardNumber, Position>();
  let previous = -1;
  while (!reader.atEnd) {
    const [gap, at] = [reader.varint(), reader.varint()];
    if (gap === null || at === null || previous + 1 + gap >= MAX_SHARDS) return null;
    previous += 1 + gap;
    positions.set(shardNumber(previous), position(at));
  }
  return { incarnation: incarnation(life), positions, ...(revAndOne === 0 ? {} : { rev: rev(revAndOne - 1) }) };
}

function putVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

class Reader {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  byte(): number | null {
    return this.bytes[this.#at++] ?? null;
  }

  text(length: number | null): string | null {
    if (length === null || this.#at + length > this.bytes.length) return null;
    const part = this.bytes.subarray(this.#at, this.#at += length);
    const text = new TextDecoder().decode(part);
    // Bytes that are no UTF-8 do not come back as they were.
    return new TextEncoder().encode(text).every((byte, i) => byte === part[i]) ? text : null;
  }

  varint(): number | null {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 0x80) {
      const byte = this.byte();
      if (byte === null) return null;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : null;
    }
    return null;
  }
}
