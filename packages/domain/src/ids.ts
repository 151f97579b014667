import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** The kinds of id; each is shown as a TypeID with this prefix (ID1). */
export const ID_PREFIXES = ["user", "grp", "disc", "msg", "evt"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

declare const brand: unique symbol;
/** A TypeID: prefix, underscore, 26 characters of Crockford base 32, lower case. */
export type TypedId<P extends IdPrefix> = `${P}_${string}` & { readonly [brand]: P };
/** `user_` and 26 characters; made by the server. */
export type UserId = TypedId<"user">;
/** `grp_` and 26 characters; made by whoever makes the group (ID3). */
export type GroupId = TypedId<"grp">;
/** `disc_` and 26 characters; made by whoever makes the discussion (ID3). */
export type DiscussionId = TypedId<"disc">;
/** The id of a message is the id of its `new-message` event (ID3). */
export type MessageId = TypedId<"msg">;
/** The id of every event that is not a `new-message`. */
export type EventId = TypedId<"evt">;
export type StreamId = UserId | GroupId | DiscussionId;
export type AnyEventId = MessageId | EventId;
export type AnyId = StreamId | AnyEventId;

/** A UUID in its canonical text form, as Postgres stores it. */
export type Uuid = string & { readonly [brand]: "uuid" };
/** A logical shard's number, 0–4095. */
export type ShardNumber = number & { readonly [brand]: "shard" };
/** Shard numbers are 0 to one less. */
export const MAX_SHARDS = 4096;

/** What is wrong with a text that should be an id. */
export type IdProblem = "WrongPrefix" | "WrongLength" | "WrongCharacter" | "WrongVersion";
export type ParsedId<P extends IdPrefix> = { ok: true; id: TypedId<P> } | { ok: false; problem: IdProblem };

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH = 26;
const DECODE = decodeTable(ALPHABET);
const HEX_VALUES = decodeTable("0123456789abcdef");

function decodeTable(alphabet: string): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

/** Checks a shard number; a number out of range is a bug of the caller. */
export function shardNumber(n: number): ShardNumber {
  if (!Number.isInteger(n) || n < 0 || n >= MAX_SHARDS) throw new RangeError(`no shard number: ${n}`);
  // The one place where a plain number becomes a shard number.
  return n as ShardNumber;
}

/** Reads untrusted text as an id of one kind. Both UUIDv7 (client-made) and UUIDv8 (derived) pass; see {@link idVersion}. */
export function parseId<P extends IdPrefix>(prefix: P, text: string): ParsedId<P> {
  if (!text.startsWith(prefix + "_")) return { ok: false, problem: "WrongPrefix" };
  const problem = suffixProblem(text, prefix.length + 1);
  // The checks of this function are what the brand stands for.
  return problem ? { ok: false, problem } : { ok: true, id: text as TypedId<P> };
}

function suffixProblem(text: string, start: number): IdProblem | undefined {
  if (text.length !== start + SUFFIX_LENGTH) return "WrongLength";
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || DECODE[code]! < 0) return "WrongCharacter";
  }
  // 26 characters carry 130 bits: the first may use only its low three.
  if (digit(text, start) > 7) return "WrongCharacter";
  const version = nibble(text, start, 12);
  const variant = nibble(text, start, 16) >> 2;
  return (version === 7 || version === 8) && variant === 0b10 ? undefined : "WrongVersion";
}

function digit(text: string, at: number): number {
  return DECODE[text.charCodeAt(at)]!;
}

/** The n-th hexadecimal digit (0–31) of the UUID whose base-32 form starts at `start`. */
function nibble(text: string, start: number, n: number): number {
  const bit = n * 4 + 2; // two leading padding bits
  const at = start + Math.floor(bit / 5);
  const offset = bit % 5;
  const pair = (digit(text, at) << 5) | (at + 1 < text.length ? digit(text, at + 1) : 0);
  return (pair >> (6 - offset)) & 0xf;
}

function suffixStart(id: AnyId): number {
  return id.length - SUFFIX_LENGTH;
}

/** The shard that an id names (its 12 `rand_a` bits). Reads nothing else of the id. */
export function shardOf(id: AnyId): ShardNumber {
  const start = suffixStart(id);
  return shardNumber((nibble(id, start, 13) << 8) | (nibble(id, start, 14) << 4) | nibble(id, start, 15));
}

/** 7: made by a client or the server; 8: derived by gatz. */
export function idVersion(id: AnyId): 7 | 8 {
  return nibble(id, suffixStart(id), 12) === 7 ? 7 : 8;
}

/** Which kind of thing an id names. */
export function prefixOf(id: AnyId): IdPrefix {
  return id.slice(0, id.length - SUFFIX_LENGTH - 1) as IdPrefix; // an AnyId starts with one
}

/** Every byte as two hexadecimal digits. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The id's UUID, canonical text. Every event pays for this several times. */
export function idToUuid(id: AnyId): Uuid {
  let out = "";
  let bits = 0;
  let pending = -2; // two leading padding bits
  for (let i = suffixStart(id); i < id.length; i++) {
    bits = (bits << 5) | digit(id, i);
    pending += 5;
    if (pending < 8) continue;
    pending -= 8;
    out += HEX[bits >> pending];
    bits &= (1 << pending) - 1;
    if (out.length === 8 || out.length === 13 || out.length === 18 || out.length === 23) out += "-";
  }
  return out as Uuid;
}

/** The TypeID of a UUID that storage holds (trusted: it was checked on the way in). Every row that is read pays for this. */
export function uuidToId<P extends IdPrefix>(prefix: P, uuid: string): TypedId<P> {
  let out = prefix + "_";
  let bits = 0;
  let pending = 2; // two padding bits in front make 130 = 26 × 5
  for (let i = 0; i < uuid.length; i++) {
    const value = HEX_VALUES[uuid.charCodeAt(i)]!;
    if (value < 0) continue; // a hyphen
    bits = (bits << 4) | value;
    pending += 4;
    if (pending < 5) continue;
    pending -= 5;
    out += ALPHABET[bits >> pending];
    bits &= (1 << pending) - 1;
  }
  return out as TypedId<P>;
}

function bytesToId<P extends IdPrefix>(prefix: P, bytes: Uint8Array): TypedId<P> {
  let out = "";
  let bits = 0;
  let pending = 2; // two padding bits in front make 130 = 26 × 5
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    pending += 8;
    while (pending >= 5) {
      pending -= 5;
      out += ALPHABET[(bits >> pending) & 31];
    }
    bits &= (1 << pending) - 1;
  }
  return `${prefix}_${out}` as TypedId<P>;
}

/** What a new id is made of: time and randomness come from the caller. `random` is 8 bytes. */
export interface IdIngredients {
  shard: ShardNumber;
  unixMs: number;
  random: Uint8Array;
}

/** Makes a UUIDv7 id on a shard. */
export function makeId<P extends IdPrefix>(prefix: P, from: IdIngredients): TypedId<P> {
  if (from.random.length !== 8) throw new RangeError("an id takes 8 random bytes");
  const bytes = new Uint8Array(16);
  let ms = from.unixMs;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes.set(from.random, 8);
  return stamped(prefix, bytes, { version: 7, shard: from.shard });
}

/**
 * Derives a UUIDv8 id from what it answers: the same question has the same id, so that answering twice is one event (ID1, SHARD3).
 */
export function deriveId<P extends IdPrefix>(
  prefix: P,
  shard: ShardNumber,
  ...question: readonly string[]
): TypedId<P> {
  const hash = sha256(utf8ToBytes(question.join("\n")));
  return stamped(prefix, hash.slice(0, 16), { version: 8, shard });
}

function stamped<P extends IdPrefix>(
  prefix: P,
  bytes: Uint8Array,
  stamp: { version: 7 | 8; shard: ShardNumber },
): TypedId<P> {
  bytes[6] = (stamp.version << 4) | (stamp.shard >> 8);
  bytes[7] = stamp.shard & 0xff;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytesToId(prefix, bytes);
}
