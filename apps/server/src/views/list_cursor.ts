/** Where the next page of a list of discussions begins, as an opaque text. @module */
import { Buffer } from "node:buffer";
import { parseId, unixMs } from "@gatz/domain";
import type { DiscussionList } from "@gatz/storage/contract";

export type ListPlace = NonNullable<DiscussionList["next"]>;

export function encodePlace({ lastAt, discussion }: ListPlace): string {
  return Buffer.from(`${lastAt} ${discussion}`).toString("base64url");
}

/** Null for what was not made by {@link encodePlace}. */
export function decodePlace(text: string): ListPlace | null {
  const found = /^(\d{1,15}) (.+)$/.exec(Buffer.from(text, "base64url").toString("utf8"));
  if (found === null) return null;
  const discussion = parseId("disc", found[2]!);
  return discussion.ok ? { lastAt: unixMs(Number(found[1])), discussion: discussion.id } : null;
}
