import type { MessageId, MessageState, StreamId, StreamState, UserState } from "@gatz/domain";
import { LRUCache } from "lru-cache";
import type { StorageLimits } from "../contract.ts";

/** What the writer knows of a stream. */
export interface StreamEntry {
  readonly state: StreamState;
  /** Unix milliseconds of its newest event: the next is not earlier (LOG5). */
  readonly lastAt: number;
  /** The day (since 1970) that its members' rows are known to carry as `active_on`; 0: not known. */
  readonly activeOn: number;
}

/** The point in a shard's log at which what is cached was true. */
export interface LogPoint {
  readonly epoch: number;
  readonly position: number;
}

// Members, entries of inboxes and characters held, so that large groups, busy users and long texts count for what they are.
const STREAM_WEIGHT = 400_000;
const MESSAGE_WEIGHT = 1_000_000;

/**
 * States of one shard as its writer left them. True only at the epoch and position that it left: whoever finds the fence elsewhere
 * drops it all. Changes only after a commit.
 */
export class ShardCache {
  readonly #streams: LRUCache<StreamId, StreamEntry>;
  readonly #messages: LRUCache<MessageId, MessageState>;
  #at: LogPoint | undefined;

  constructor({ cacheStreams, cacheMessages }: Pick<StorageLimits, "cacheStreams" | "cacheMessages">) {
    this.#streams = new LRUCache({
      max: cacheStreams,
      maxSize: STREAM_WEIGHT,
      sizeCalculation: ({ state }) => 1 + (state.kind === "user" ? countStreams(state) : count(state.members)),
    });
    this.#messages = new LRUCache({
      max: cacheMessages,
      maxSize: MESSAGE_WEIGHT,
      sizeCalculation: (message) => 100 + (message.kind === "live" ? message.text.length : 0),
    });
  }

  /** Where the writer left the log, as far as it knows. */
  get at(): LogPoint | undefined {
    return this.#at;
  }

  isTrueAt({ epoch, position }: LogPoint): boolean {
    return this.#at?.epoch === epoch && this.#at.position === position;
  }

  stream(id: StreamId): StreamEntry | undefined {
    return this.#streams.get(id);
  }

  message(id: MessageId): MessageState | undefined {
    return this.#messages.get(id);
  }

  clear(): void {
    this.#at = undefined;
    this.#streams.clear();
    this.#messages.clear();
  }

  /** After a commit that moved the log to `at`; what is given is true there, and so is all else that was cached. */
  advance(
    at: LogPoint,
    changed: {
      streams: Iterable<readonly [StreamId, StreamEntry]>;
      messages: Iterable<readonly [MessageId, MessageState]>;
    },
  ): void {
    this.#at = at;
    for (const [id, entry] of changed.streams) this.#streams.set(id, entry);
    for (const [id, message] of changed.messages) this.#messages.set(id, message);
  }
}

const counts = new WeakMap<object, number>();

/** Message events share the record, so it is counted once a change. */
function count(record: Readonly<Record<string, unknown>>): number {
  const known = counts.get(record);
  if (known !== undefined) return known;
  const n = Object.keys(record).length;
  counts.set(record, n);
  return n;
}

/** The groups of a user's inbox, with their discussions. */
function countStreams({ inbox }: UserState): number {
  const known = counts.get(inbox);
  if (known !== undefined) return known;
  const n = Object.values(inbox).reduce((sum, { streams }) => sum + 1 + count(streams), 0);
  counts.set(inbox, n);
  return n;
}
