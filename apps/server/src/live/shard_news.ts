/** Tells a reader which shards do not answer, and which of their streams that concerns (LIVE8). @module */
import { type ShardNumber, shardOf, type ShardStatus, type StreamId, type UserId, type UserState } from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import type { LogSource } from "./source.ts";
import type { Track } from "./track.ts";

export interface ShardNewsOptions {
  readonly user: UserId;
  readonly source: Pick<LogSource, "state">;
  /** The feed is limited to this stream. */
  readonly only: StreamId | undefined;
  /** The streams of a shard that the feed knows of itself, for when the user's own shard does not answer either. */
  readonly seenOn: (shard: ShardNumber) => readonly StreamId[];
  readonly tell: (news: { shard: ShardNumber; status: ShardStatus; streams: readonly StreamId[] }) => void;
  readonly failed: (error: unknown) => void;
}

export class ShardNews {
  /** Shards whose news wait for the list of their streams. */
  readonly #untold = new Set<Track>();

  constructor(private readonly options: ShardNewsOptions) {}

  say(track: Track, status: ShardStatus): void {
    if (track.said === status) return;
    track.said = status;
    this.#untold.add(track);
    // Shards of one server change together: one look at the inbox serves them all.
    if (this.#untold.size === 1) this.#tellAll().catch(this.options.failed);
  }

  async #tellAll(): Promise<void> {
    const streams = await this.#streams();
    const told = [...this.#untold];
    this.#untold.clear();
    for (const { shard, said } of told) {
      const onShard = streams?.filter((stream) => shardOf(stream) === shard) ?? this.options.seenOn(shard);
      this.options.tell({ shard, status: said, streams: onShard });
    }
  }

  /** All streams of the user, or null if their own shard does not answer. */
  async #streams(): Promise<readonly StreamId[] | null> {
    const { source, user, only } = this.options;
    if (only !== undefined) return [only];
    try {
      const state = await source.state(user);
      return state?.kind === "user" ? [user, ...streamsOf(state)] : [];
    } catch (error) {
      if (error instanceof ShardUnavailable) return null;
      throw error;
    }
  }
}

function streamsOf({ inbox }: UserState): StreamId[] {
  return Object.values(inbox).flatMap(({ streams }) =>
    // The keys of an inbox group's streams are the ids of groups and discussions.
    Object.entries(streams).filter(([, entry]) => entry.ended === undefined).map(([stream]) => stream as StreamId)
  );
}
