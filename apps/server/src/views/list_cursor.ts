/** Where the next page of a list begins, as an opaque text. @module */
import { Buffer } from "node:buffer";
import { parseId, type TypedId, type UnixMs, unixMs } from "@gatz/domain";

/** The last row of a page. */
export interface ListPlace<P extends "grp" | "disc"> {
  readonly lastAt: UnixMs;
  readonly id: TypedId<P>;
}

export function encodePlace({ lastAt, id }: ListPlace<"grp" | "disc">): string {
  return Buffer.from(`${lastAt} ${id}`).toString("base64url");
}

/** Null for what was not made by {@link encodePlace} of such an id. */
export function decodePlace<P extends "grp" | "disc">(
  prefix: P,
  text: string,
): ListPlace<P> | null {
  const found = /^(\d{1,15}) (.+)$/.exec(Buffer.from(text, "base64url").toString("utf8"));
  if (found === null) return null;
  const parsed = parseId(prefix, found[2]!);
  return parsed.ok ? { lastAt: unixMs(Number(found[1])), id: parsed.id } : null;
}
