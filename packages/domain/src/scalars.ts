declare const brand: unique symbol;
/** An event's number in its stream, from 1 (LOG1). */
export type Seq = number & { readonly [brand]: "seq" };
/** An event's number in its shard's log, from 1 (LOG3). */
export type Position = number & { readonly [brand]: "position" };
/** The number of a change of a shard's personal records, from 1, in the order in which they were committed. */
export type Rev = number & { readonly [brand]: "rev" };
/** Milliseconds since 1970, from the clock of the shard's Postgres (LOG5). */
export type UnixMs = number & { readonly [brand]: "unix-ms" };
/** Which life of the installation this is (LOG9): opaque, compared for equality only. */
export type Incarnation = string & { readonly [brand]: "incarnation" };
/** Lower-case hexadecimal SHA-256, 64 characters. */
export type Sha256 = string & { readonly [brand]: "sha256" };

// Plain numbers become branded ones only here and at the edges that check them.
export const seq = (n: number): Seq => n as Seq;
export const position = (n: number): Position => n as Position;
export const rev = (n: number): Rev => n as Rev;
export const unixMs = (n: number): UnixMs => n as UnixMs;
export const incarnation = (text: string): Incarnation => text as Incarnation;
