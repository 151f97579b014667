/** What else has to be in the log before a draft is judged. @module */
import {
  type DiscussionId,
  type Draft,
  type GroupId,
  isDiscussionStream,
  isUserStream,
  needs,
  type StreamId,
} from "@gatz/domain";
import type { Store } from "../store/contract.ts";
import type { Pending } from "./contract.ts";

interface Known {
  readonly pending: Pending;
  readonly store: Pick<Store, "get">;
}

/**
 * The other streams whose earlier drafts a draft is judged by: whether it may be done in a group or a discussion depends on what made it so.
 * @throws {StoreFailed}
 */
export async function judgedBy(draft: Draft, known: Known): Promise<readonly StreamId[]> {
  const { group, ownGroup, source, actor } = needs(draft);
  const streams = new Set<StreamId>();
  if (group !== undefined) streams.add(group);
  if (ownGroup === "always" && isDiscussionStream(draft.stream)) {
    const own = await groupOf(draft.stream, known);
    if (own !== null) streams.add(own);
  }
  if (source !== undefined) streams.add(source.discussion);
  // Whom the user blocks is in their own stream.
  if (actor) { for (const stream of known.pending.keys()) if (isUserStream(stream)) streams.add(stream); }
  streams.delete(draft.stream);
  return [...streams];
}

async function groupOf(discussion: DiscussionId, { pending, store }: Known): Promise<GroupId | null> {
  for (const { draft } of pending.get(discussion) ?? []) {
    const { group } = needs(draft);
    if (group !== undefined) return group;
  }
  return (await store.get("rows", discussion))?.row?.group ?? null;
}
