import { createHash } from "node:crypto";

/** Chance that is the same every time: decides from what it was seeded with. */
export interface Chance {
  /** True with this probability. */
  once(probability: number): boolean;
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** Up to `count` different ones of a list. */
  some<T>(list: readonly T[], count: number): T[];
}

/** Chance for one purpose: other words, other decisions. */
export function chanceFrom(...words: readonly (string | number)[]): Chance {
  const next = mulberry32(new DataView(digestOf(words).buffer).getUint32(0));
  const below = (end: number) => Math.floor(next() * end);
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[below(list.length)]!;
  };
  const some = <T>(list: readonly T[], count: number): T[] => {
    const left = [...list];
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0]!);
  };
  return { once: (probability) => next() < probability, below, pick, some };
}

/** Eight bytes that depend on nothing but the words: the random part of an id. */
export function bytesFrom(...words: readonly (string | number)[]): Uint8Array {
  return digestOf(words).slice(0, 8);
}

function digestOf(words: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  // As JSON, so that no two lists of words are the same text.
  return Uint8Array.from(createHash("sha256").update(JSON.stringify(words)).digest());
}

/** The well-known small generator of that name (public domain). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
