/** Which shards one feed follows, and the reading of what it missed on each; a shard that is down hinders none of the others (LIVE8). @module */
import { type Position, position, type ShardNumber, shardOf, type StreamId, type UserId } from "@gatz/domain";
import { type BackfillBudget, type ShardResume, ShardUnavailable } from "@gatz/storage/contract";
import type { Delivery } from "./delivery.ts";
import type { Hub } from "./hub.ts";
import { pause, within } from "./pause.ts";
import type { LogSource } from "./source.ts";
import { Track } from "./track.ts";

export interface ShardReadsOptions {
  readonly hub: Hub;
  readonly source: LogSource;
  readonly user: UserId;
  /** The feed is limited to this stream. */
  readonly only: StreamId | undefined;
  /** What may be spent on what was missed (LIVE3). */
  readonly budget: (shard: ShardNumber) => BackfillBudget;
  readonly signal: AbortSignal;
  /** 0–1, so that feeds do not all ask again at the same moment. */
  readonly random: () => number;
  readonly answered: (track: Track, answer: ShardResume) => void;
  /** A shard stopped answering, or answers again with nothing to follow. */
  readonly turned: (track: Track) => void;
  readonly receive: (delivery: Delivery, track: Track) => void;
  /** A bug somewhere: the feed ends with it. */
  readonly failed: (error: unknown) => void;
}

/** How long the hub's own look at a shard is waited for before the shard counts as not answering. */
const PLACED_MS = 1_000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

export class ShardReads {
  readonly tracks = new Map<ShardNumber, Track>();
  readonly #own: ShardNumber;

  constructor(private readonly options: ShardReadsOptions) {
    this.#own = shardOf(options.user);
  }

  /** Follows a shard from the hub's present on. False if the hub does not know it yet. */
  followFromNow(shard: ShardNumber): boolean {
    const now = this.options.hub.position(shard);
    if (now === undefined) return false;
    this.tracks.set(shard, new Track(shard, { readTo: now, sent: now, present: true }));
    return true;
  }

  /** Follows a shard from the hub's present on, holding what comes until a read of something on it is done and put. */
  async followAfter<T>(
    shard: ShardNumber,
    { read, put }: { read: () => Promise<T>; put: (result: T) => void },
  ): Promise<void> {
    for (;;) {
      const now = this.options.hub.position(shard) ?? position(0);
      const track = new Track(shard, { readTo: now, sent: now, present: true });
      track.startAsking();
      this.tracks.set(shard, track);
      const result = await read();
      const held = track.release();
      if (held === null) continue;
      put(result);
      track.phase = "following";
      for (const delivery of held) this.options.receive(delivery, track);
      return;
    }
  }

  /** Asks a shard for what was missed since a position, or for all of the user's memberships there. A shard that is followed is left alone. */
  ask(shard: ShardNumber, since?: Position): void {
    if (this.tracks.has(shard)) return;
    const track = new Track(shard, { readTo: since ?? position(0), sent: since });
    this.tracks.set(shard, track);
    this.#askUntilAnswered(track).catch(this.options.failed);
  }

  /** Resolves once the user's own shard and all that it names have been asked, whether they answered or not. */
  async tried(): Promise<void> {
    await this.tracks.get(this.#own)?.tried;
    await Promise.all([...this.tracks.values()].map((track) => track.tried));
  }

  /** The user was added to a stream: its shard must be known (LIVE2). */
  askFor(stream: StreamId): void {
    this.ask(shardOf(stream));
  }

  retryNow(shard: ShardNumber): void {
    this.tracks.get(shard)?.retry?.abort();
  }

  /**
   * The shards with streams of the user, as their own shard says; if that is down, all (DESIGN: Reading). It is asked for anew once it answers.
   */
  async concerned(): Promise<readonly ShardNumber[]> {
    const { source, user } = this.options;
    try {
      const shards = await source.shardsOf(user);
      return shards.includes(this.#own) ? shards : [this.#own, ...shards];
    } catch (error) {
      if (error instanceof ShardUnavailable) return source.shards;
      throw error;
    }
  }

  async #askUntilAnswered(track: Track): Promise<void> {
    const { signal } = this.options;
    let failures = 0;
    while (!signal.aborted) {
      track.startAsking();
      const answer = await this.#answer(track);
      if (signal.aborted) return;
      if (answer !== null) {
        failures = 0;
        if (!this.#take(track, answer)) continue;
        if (this.#leads(track)) this.#askAll(await this.concerned());
        return track.wasTried();
      }
      track.phase = "waiting";
      this.options.turned(track);
      if (this.#leads(track) && failures === 0) this.#askAll(this.options.source.shards);
      track.wasTried();
      await this.#pauseBeforeRetry(track, failures++);
    }
  }

  /** Whether this is the shard that names the others. */
  #leads(track: Track): boolean {
    return track.shard === this.#own && this.options.only === undefined;
  }

  #askAll(shards: readonly ShardNumber[]): void {
    for (const shard of shards) this.ask(shard);
  }

  /** False if events were lost while it was asked, so that it must be asked again, from where it was read to. */
  #take(track: Track, answer: ShardResume): boolean {
    const known = track.readTo > 0 || track.shard === this.#own;
    track.readTo = answer.position;
    const held = track.release();
    const { only } = this.options;
    if (!known && only === undefined && answer.streams.length === 0 && held?.length === 0) {
      // Nothing of the user's is there: it would only lengthen the cursor. An event from there has it asked again.
      track.phase = "following";
      this.options.turned(track);
      this.tracks.delete(track.shard);
      return true;
    }
    this.options.answered(track, answer);
    if (held === null) return false;
    track.phase = "following";
    for (const delivery of held) this.options.receive(delivery, track);
    return true;
  }

  async #answer(track: Track): Promise<ShardResume | null> {
    const { hub, source, user, only, budget } = this.options;
    const { shard } = track;
    try {
      // The hub must have its place first: what it has not handed over by then, it will.
      if (await within(PLACED_MS, hub.placed(shard).then(() => true)) === null) return null;
      const from = { shard, position: track.readTo, ...(only === undefined ? {} : { only }) };
      return await source.resume(user, from, budget(shard));
    } catch (error) {
      if (error instanceof ShardUnavailable) return null;
      throw error;
    }
  }

  async #pauseBeforeRetry(track: Track, failures: number): Promise<void> {
    const { signal, random } = this.options;
    track.retry = new AbortController();
    const ms = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    await pause(ms * (0.5 + random() / 2), AbortSignal.any([signal, track.retry.signal]));
  }
}
