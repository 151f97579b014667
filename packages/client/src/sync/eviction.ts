/** What leaves the store when there is too much: the streams that were not looked at for the longest time (never drafts). @module */
import type { StreamId, UserId } from "@gatz/domain";
import { type Entry, type Store, StoreFailed } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { HeldStreams } from "./held_streams.ts";
import type { Journal } from "./journal.ts";
import { forgetStream } from "./stream_part.ts";

/** How much a store holds before the streams that were looked at longest ago leave it; pending drafts never do. */
export interface StoreBounds {
  /** Streams of which a part of the log is kept. */
  readonly streams: number;
  /** Events of all of them together. */
  readonly events: number;
}

const DEFAULT_BOUNDS: StoreBounds = { streams: 200, events: 50_000 };

/** Which are to leave for the others to be within the bounds. The user's own stream stays, and what is looked at. */
export function toEvict(
  stored: readonly Entry<"streams">[],
  { bounds, own, isHeld }: {
    readonly bounds: StoreBounds;
    readonly own: UserId;
    readonly isHeld: (stream: StreamId) => boolean;
  },
): readonly StreamId[] {
  // A record's key is its stream's id.
  const streams = stored.map(({ key, value: { from, head, openedAt } }) => ({
    stream: key as StreamId,
    events: head - from + 1,
    openedAt,
  }));
  streams.sort((a, b) => b.openedAt - a.openedAt);
  const left = { streams: bounds.streams, events: bounds.events };
  const leaving: StreamId[] = [];
  for (const { stream, events } of streams) {
    left.streams--;
    left.events -= events;
    const isOver = left.streams < 0 || left.events < 0;
    if (isOver && stream !== own && !isHeld(stream)) {
      leaving.push(stream);
      left.streams++;
      left.events += events;
    }
  }
  return leaving;
}

/** In milliseconds. */
const FIRST_ROUND = 10_000;
const ROUND = 5 * 60_000;

export interface EvictionParts {
  readonly store: Pick<Store, "list" | "exclusively">;
  readonly journal: Journal;
  readonly timing: Pick<Timing, "wait">;
  readonly bounds?: StoreBounds;
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal;
}

/** Keeps the store within its bounds for as long as the client is open; `streams`: null while it is not known whose they are. */
export async function keepWithin(parts: EvictionParts, streams: () => HeldStreams | null): Promise<void> {
  const { timing, signal } = parts;
  await timing.wait(FIRST_ROUND, signal);
  while (!signal.aborted) {
    const held = streams();
    if (held !== null) await evict(parts, held);
    await timing.wait(ROUND, signal);
  }
}

/** One tab at a time: several would let go twice as much. */
async function evict(
  { store, journal, bounds = DEFAULT_BOUNDS, signal }: EvictionParts,
  streams: HeldStreams,
): Promise<void> {
  // Those that are looked at here are not old, also to other tabs.
  streams.touch();
  try {
    await store.exclusively("eviction", signal, async (held) => {
      await journal.flush();
      const stored = await store.list("streams");
      if (held.aborted) return;
      const isHeld = (stream: StreamId) => streams.isHeld(stream);
      for (const stream of toEvict(stored, { bounds, own: streams.viewer, isHeld })) {
        streams.forget(stream);
        journal.put(forgetStream(stream));
      }
      await journal.flush();
    });
  } catch (error) {
    // The client is closed, or the store does not answer: the next round comes.
    if (!signal.aborted && !(error instanceof StoreFailed)) throw error;
  }
}
