/** The states of discussions in which somebody types, as new as what the hub has handed over: asked for once, and then followed. @module */
import { type DiscussionId, type DiscussionState, type ShardNumber, shardOf } from "@gatz/domain";
import { LRUCache } from "lru-cache";
import type { Delivery } from "../delivery.ts";
import type { LogSource } from "../source.ts";

interface NewestStatesOptions {
  readonly source: Pick<LogSource, "state">;
  /** Whether the hub hands over what is committed on a shard from now on. */
  readonly isFollowed: (shard: ShardNumber) => boolean;
}

const MOST = 500;

export class NewestStates {
  readonly #known = new LRUCache<DiscussionId, DiscussionState>({ max: MOST });
  readonly #asked = new Map<DiscussionId, Asked>();

  constructor(private readonly options: NewestStatesOptions) {}

  /** Null: there is no such discussion. Throws `ShardUnavailable`. */
  async of(discussion: DiscussionId): Promise<DiscussionState | null> {
    return this.#known.get(discussion) ?? await (this.#asked.get(discussion) ?? this.#ask(discussion)).state;
  }

  handed({ event: { stream }, state }: Delivery): void {
    if (state.kind !== "discussion") return;
    const id = stream as DiscussionId; // whose state it is
    const asked = this.#asked.get(id);
    if (asked !== undefined) asked.handed = state;
    const known = this.#known.peek(id);
    if (known !== undefined && known.seq < state.seq) this.#known.set(id, state);
  }

  #ask(discussion: DiscussionId): Asked {
    const asked: Asked = { handed: undefined, state: this.#read(discussion, () => asked.handed) };
    this.#asked.set(discussion, asked);
    return asked;
  }

  async #read(
    discussion: DiscussionId,
    handed: () => DiscussionState | undefined,
  ): Promise<DiscussionState | null> {
    const { source, isFollowed } = this.options;
    // Asked first: of what happens between a read and the hub's beginning nobody would tell.
    const isKept = isFollowed(shardOf(discussion));
    try {
      const read = await source.state(discussion);
      if (read?.kind !== "discussion") return null;
      // What was handed over meanwhile may be newer than what was read.
      const newer = handed();
      const state = newer !== undefined && newer.seq > read.seq ? newer : read;
      if (isKept) this.#known.set(discussion, state);
      return state;
    } finally {
      this.#asked.delete(discussion);
    }
  }
}

interface Asked {
  handed: DiscussionState | undefined;
  readonly state: Promise<DiscussionState | null>;
}
