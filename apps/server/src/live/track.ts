/** What a feed knows of one shard. @module */
import type { Position, ShardNumber, ShardStatus } from "@gatz/domain";
import type { Delivery } from "./delivery.ts";

/** Events that are kept while a shard is asked; past it they are dropped, and the shard is asked once more. */
const MAX_HELD = 1_000;

export type TrackPhase =
  /** What the feed missed is being read; events that come meanwhile are held. */
  | "asking"
  /** The shard did not answer: it is asked again, and that will bring what comes meanwhile. */
  | "waiting"
  /** Events after {@link Track.readTo} go to the reader as they come. */
  | "following";

export class Track {
  phase: TrackPhase = "asking";
  /** What the reader was last told of the shard. */
  said: ShardStatus = "ok";
  /** Cuts the pause before the next try short, while there is one. */
  retry: AbortController | undefined;
  /** Streams had no first item here yet: the feed began at the present (LIVE3). */
  readonly unannounced: boolean;
  /** Made when somebody asks; a node holds thousands of tracks of which nobody does any more. */
  #tried: PromiseWithResolvers<void> | undefined;
  #wasTried = false;
  #held: Delivery[] = [];
  #overflowed = false;

  /**
   * @param readTo events up to here are not sent any more: they were read, or are implied by the cursor
   * @param sent where the cursor stands; undefined while the shard is not in it
   */
  constructor(
    readonly shard: ShardNumber,
    { readTo, sent, present = false }: { readTo: Position; sent?: Position; present?: boolean },
  ) {
    this.readTo = readTo;
    this.sent = sent;
    this.unannounced = present;
    if (present) this.phase = "following";
  }

  readTo: Position;
  sent: Position | undefined;

  /** Resolves once the shard has been asked, whether it answered or not. */
  get tried(): Promise<void> {
    if (this.#wasTried) return Promise.resolve();
    this.#tried ??= Promise.withResolvers();
    return this.#tried.promise;
  }

  wasTried(): void {
    this.#wasTried = true;
    this.#tried?.resolve();
  }

  startAsking(): void {
    this.phase = "asking";
    this.#held = [];
    this.#overflowed = false;
  }

  hold(delivery: Delivery): void {
    if (this.#held.length < MAX_HELD) this.#held.push(delivery);
    else this.#overflowed = true;
  }

  /** What was held and not read; null if some of it was lost. */
  release(): readonly Delivery[] | null {
    const held = this.#held;
    this.#held = [];
    return this.#overflowed ? null : held.filter((delivery) => delivery.position > this.readTo);
  }
}
