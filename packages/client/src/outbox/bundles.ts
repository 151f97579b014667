/** What is to be offered next (LOG4). @module */
import type { Draft, StreamId } from "@gatz/domain";
import type { OutboxLimits, Pending, PendingDraft } from "./contract.ts";
import { isWaiting } from "./queues.ts";

const UTF8 = new TextEncoder();

/** Bytes of a bundle's JSON around its drafts: the stream's id, and names. */
const AROUND = 100;

/** Bytes that a draft takes of a bundle, as UTF-8 of its JSON, with a comma. */
const bytesOf = (draft: Draft): number => UTF8.encode(JSON.stringify(draft)).length + 1;

/** Bytes of a bundle. */
export const bundleBytes = (drafts: readonly Draft[]): number =>
  AROUND + drafts.reduce((sum, draft) => sum + bytesOf(draft), 0);

interface BundleOptions {
  readonly pending: Pending;
  readonly limits: Pick<OutboxLimits, "bundleDrafts" | "bundleBytes">;
  /** One of the stream's drafts can't be read, nobody knows which: only the first that waits goes. */
  readonly alone: boolean;
}

/**
 * All that waits of a stream, from the first on, as far as it fits and has nothing to wait for; empty if that is nothing. What is accepted
 * and has not arrived leads it, by half the room: in another life of the installation, that nobody here knows of yet, it comes first again.
 */
export function nextBundle(
  stream: StreamId,
  { pending, limits, alone }: BundleOptions,
): readonly PendingDraft[] {
  const queue = pending.get(stream) ?? [];
  const first = queue.findIndex(isWaiting);
  if (first < 0) return [];
  const end = queue.findIndex((draft, at) => at >= first && isHeldUp(draft, pending));
  const free = queue.slice(first, end < 0 ? queue.length : end);
  const waiting = alone ? free.slice(0, 1) : free;
  if (waiting.length === 0) return [];
  const half = { drafts: Math.floor(limits.bundleDrafts / 2), bytes: Math.floor(limits.bundleBytes / 2) };
  const led = fitting(queue.slice(0, first).reverse(), half);
  const rest = fitting(waiting, {
    drafts: limits.bundleDrafts - led.drafts.length,
    bytes: limits.bundleBytes - AROUND - led.bytes,
  });
  // A large one may have no room beside what leads: that it goes at all is then worth more.
  return rest.drafts.length === 0 ? waiting.slice(0, 1) : [...led.drafts.reverse(), ...rest.drafts];
}

function fitting(
  drafts: readonly PendingDraft[],
  room: { readonly drafts: number; readonly bytes: number },
): { readonly drafts: PendingDraft[]; readonly bytes: number } {
  const taken: PendingDraft[] = [];
  let bytes = 0;
  for (const draft of drafts) {
    const more = bytesOf(draft.draft);
    if (taken.length === room.drafts || bytes + more > room.bytes) break;
    taken.push(draft);
    bytes += more;
  }
  return { drafts: taken, bytes };
}

/** Whether it is not stored yet, or earlier drafts of streams that it is judged by have to be in the log first. */
function isHeldUp({ key, draft, after }: PendingDraft, pending: Pending): boolean {
  if (key === null) return true;
  return after?.some((stream) => {
    const first = stream === draft.stream ? undefined : pending.get(stream)?.find(isWaiting);
    return first !== undefined && first.key !== null && first.key < key;
  }) ?? false;
}
