/** What a member should hold of a group or a discussion, as a hash that they and operators can compare. @module */
import {
  type DiscussionId,
  type GroupId,
  heldText,
  intervalsOf,
  isDiscussionStream,
  type Seq,
  type UserId,
  visibleRanges,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { notFound } from "../errors.ts";
import { seenDiscussion, type SeenFrom, seenGroup } from "./seen.ts";

export interface HeldHash {
  /** The seq that it is of. */
  readonly asOf: Seq;
  /** SHA-256 of the domain's `heldText`, in hexadecimal digits. */
  readonly hash: string;
}

export interface HeldAsked {
  readonly viewer: UserId;
  readonly stream: GroupId | DiscussionId;
  /** Default: the newest that the viewer may see. */
  readonly seq?: Seq | undefined;
  /** So many of the newest messages at that seq are in it. */
  readonly messages: number;
}

/**
 * From what is stored: the projections where they are of that seq, else the log.
 * @throws {ApiError} NotFound, also for a seq at which the viewer was no member, or that there is not
 */
export async function readHeldHash(
  storage: SeenFrom & Pick<Storage, "messages">,
  { viewer, stream, seq, messages }: HeldAsked,
): Promise<HeldHash> {
  const present = isDiscussionStream(stream)
    ? await seenDiscussion(storage, { viewer, discussion: stream, field: "stream" })
    : await seenGroup(storage, { viewer, group: stream, field: "stream" });
  const asOf = seq ?? present.head;
  if (asOf > present.head) throw notFound();
  const state = asOf === present.head ? present.state : await storage.streamAt(stream, asOf);
  // By the stays that they had then: later ones may show more of what came before.
  const ranges = state === null ? [] : visibleRanges(intervalsOf(state, viewer), asOf);
  if (state === null || ranges.at(-1)?.to !== asOf) throw notFound();
  const shown = isDiscussionStream(stream) && messages > 0
    ? (await storage.messages(stream, { viewer, ranges, limit: messages })).messages
    : [];
  return { asOf, hash: await sha256(heldText({ viewer, state, messages: shown })) };
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
