/** Drafts that are pending, as values: by stream, in the order in which they are to be in the log. @module */
import type { Incarnation, StreamId } from "@gatz/domain";
import type { DraftId } from "../store/records.ts";
import type { Pending, PendingDraft } from "./contract.ts";

/** Whether it has yet to be accepted. */
export const isWaiting = ({ acked }: PendingDraft): boolean => acked === undefined;

/** What was accepted in another life may be gone: it waits again (LOG9). While no life is known, it counts. */
export function inLife(draft: PendingDraft, life: Incarnation | null): PendingDraft {
  const { acked, ...rest } = draft;
  return acked === undefined || life === null || acked.incarnation === life ? draft : rest;
}

/** In the order given. */
export function queuesOf(drafts: Iterable<PendingDraft>): Pending {
  const queues = new Map<StreamId, PendingDraft[]>();
  for (const draft of drafts) {
    const queue = queues.get(draft.draft.stream);
    if (queue === undefined) queues.set(draft.draft.stream, [draft]);
    else queue.push(draft);
  }
  return queues;
}

/** By their places in the store; what is being written comes last, in the order of the calls. */
const byPlace = (a: PendingDraft, b: PendingDraft): number =>
  a.key === b.key ? 0 : a.key !== null && (b.key === null || a.key < b.key) ? -1 : 1;

/** With new ones, which are being written, at the ends. */
export function withAdded(pending: Pending, added: readonly PendingDraft[]): Pending {
  const next = new Map(pending);
  for (const [stream, drafts] of Map.groupBy(added, ({ draft }) => draft.stream)) {
    next.set(stream, [...next.get(stream) ?? [], ...drafts]);
  }
  return next;
}

/** Each draft of `present` as it is now, at its place, and none of `gone`. */
export function withChanged(
  pending: Pending,
  { present = [], gone = [] }: { readonly present?: readonly PendingDraft[]; readonly gone?: readonly PendingDraft[] },
): Pending {
  const next = new Map(pending);
  const changes = [...gone.map((draft) => ({ draft, now: null })), ...present.map((draft) => ({ draft, now: draft }))];
  for (const [stream, ofStream] of Map.groupBy(changes, ({ draft }) => draft.draft.stream)) {
    const changed = new Map(ofStream.map(({ draft, now }): [DraftId, PendingDraft | null] => [draft.draft.id, now]));
    const queue = changedQueue(pending.get(stream) ?? [], changed);
    if (queue.length === 0) next.delete(stream);
    else next.set(stream, queue);
  }
  return next;
}

/** It may be long, and mostly stays as it is. */
function changedQueue(
  queue: readonly PendingDraft[],
  changed: Map<DraftId, PendingDraft | null>,
): readonly PendingDraft[] {
  const next: PendingDraft[] = [];
  for (const one of queue) {
    const now = changed.get(one.draft.id);
    changed.delete(one.draft.id);
    if (now === undefined) next.push(one);
    else if (now !== null) next.push(now);
  }
  for (const draft of changed.values()) if (draft !== null) next.push(draft);
  const isInOrder = next.every((draft, i) => i === 0 || byPlace(next[i - 1]!, draft) <= 0);
  return isInOrder ? next : next.sort(byPlace);
}

export function* draftsOf(pending: Pending): Iterable<PendingDraft> {
  for (const queue of pending.values()) yield* queue;
}

export function countOf(pending: Pending): number {
  let count = 0;
  for (const queue of pending.values()) count += queue.length;
  return count;
}
