/** What a flush reads before it decides: the fence, the ids that are known, and the states that the cache lacks. @module */
import { type MessageId, type MessageState, needs, type StreamId, type Uuid } from "@gatz/domain";
import type { KnownEvent } from "./batch.ts";
import type { Bundle } from "./bundle.ts";
import type { ShardCache, StreamEntry } from "./cache.ts";

/** The fence, locked by this transaction until it ends. */
export interface HeldFence {
  readonly epoch: number;
  readonly position: number;
  readonly writable: boolean;
  /** The shard's clock, Unix milliseconds. */
  readonly clock: number;
}

/** What the drafts of some bundles stand on. */
export interface Wanted {
  readonly ids: ReadonlySet<Uuid>;
  readonly streams: readonly StreamId[];
  readonly messages: readonly MessageId[];
}

export interface Loaded {
  readonly streams: ReadonlyMap<StreamId, StreamEntry>;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
  /** Streams that were asked for and are not there, but one of another kind with the same UUID is. */
  readonly taken: ReadonlySet<StreamId>;
}

export type KnownEvents = ReadonlyMap<Uuid, KnownEvent>;

/** All ids; and the streams and messages that the cache lacks, or all of them without a cache. */
export function wantedBy(bundles: readonly Bundle[], cache: ShardCache | null): Wanted {
  const ids = new Set<Uuid>();
  const streams = new Set<StreamId>();
  const messages = new Set<MessageId>();
  for (const { drafts } of bundles) {
    for (const { uuid, proposal } of drafts) {
      ids.add(uuid);
      if (!cache?.stream(proposal.stream)) streams.add(proposal.stream);
      for (const message of needs(proposal).messages) if (!cache?.message(message)) messages.add(message);
    }
  }
  return { ids, streams: [...streams], messages: [...messages] };
}
