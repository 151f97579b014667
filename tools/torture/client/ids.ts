/** The ids that clients make, from their description alone (docs/protocol.md, ID1). @module */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export type Prefix = "grp" | "disc" | "msg" | "evt";

export interface IdParts {
  readonly shard: number;
  readonly unixMs: number;
  /** 8 bytes. */
  readonly random: Uint8Array;
}

/** A UUIDv7 with the shard in its 12 `rand_a` bits, as a TypeID. */
export function newId(prefix: Prefix, { shard, unixMs, random }: IdParts): string {
  const tail = BigInt(`0x${random.toHex()}`) & ((1n << 62n) - 1n);
  const value = (BigInt(unixMs) << 80n) | (7n << 76n) | (BigInt(shard) << 64n) | (2n << 62n) | tail;
  return `${prefix}_${base32(value)}`;
}

/** The shard that an id names. */
export function shardOf(id: string): number {
  return Number((valueOf(id) >> 64n) & 0xfffn);
}

/** A stored UUID as the id that is shown. */
export function typeId(prefix: string, uuid: string): string {
  return `${prefix}_${base32(BigInt(`0x${uuid.replaceAll("-", "")}`))}`;
}

function base32(value: bigint): string {
  return Array.from({ length: 26 }, (_, place) => ALPHABET[Number((value >> BigInt(5 * (25 - place))) & 31n)]).join("");
}

function valueOf(id: string): bigint {
  return [...id.slice(-26)].reduce((value, character) => (value << 5n) | BigInt(ALPHABET.indexOf(character)), 0n);
}
