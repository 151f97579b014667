/** One reader's live subscription: what it follows, what waits for it, and how far it has been sent (LIVE1–5, LIVE8). @module */
import {
  type FeedItem,
  type Head,
  type PersonalChange,
  type Seq,
  type ShardNumber,
  shardOf,
  type ShardStatus,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { BackfillBudget, StorageLimits } from "@gatz/storage/contract";
import type { ServerLimits } from "../limits.ts";
import { type Delivery, itemText } from "./delivery.ts";
import { EncodedFrame } from "./frames.ts";
import type { Hub, Subscriber } from "./hub.ts";
import { Inlet } from "./inlet.ts";
import { PersonalNews } from "./personal_news.ts";
import { Progress } from "./progress.ts";
import type { Place } from "./frame_texts.ts";
import { FeedQueue, headsOf, type SignalEntry } from "./queue.ts";
import { ShardNews } from "./shard_news.ts";
import { ShardReads } from "./shard_reads.ts";
import type { LogSource } from "./source.ts";
import type { Track } from "./track.ts";
import type { Traffic } from "./traffic.ts";

export type LiveLimits =
  & Pick<ServerLimits, "feedQueueEvents" | "feedQueueBytes" | "feedSignals" | "frameEvents" | "beatMs" | "cursorMs">
  & Pick<StorageLimits, "backfillPerStream" | "backfillTotal" | "backfillBytes">;

/** What all feeds of a node share. */
export interface LiveParts {
  readonly hub: Hub;
  readonly source: LogSource;
  readonly limits: LiveLimits;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** 0–1. */
  readonly random: () => number;
  readonly traffic: Traffic;
  /** Told of the places of what a frame holds, as it is sent. */
  readonly onSent?: ((places: readonly Place[]) => void) | undefined;
}

export interface FeedOptions {
  readonly user: UserId;
  /** The feed is limited to this stream. */
  readonly only: StreamId | undefined;
}

export class Feed implements Subscriber {
  readonly user: UserId;
  readonly reads: ShardReads;
  readonly personal: PersonalNews;
  readonly #inlet: Inlet;
  readonly #parts: LiveParts;
  readonly #options: FeedOptions;
  readonly #queue: FeedQueue;
  readonly #progress: Progress;
  readonly #news: ShardNews;
  /** Of what changed since the cursor, for `live`. */
  readonly #changed = new Map<StreamId, Seq>();
  /** What all shards together may spend on what was missed before the cutover; those of {@link #askedEarly} also when they answer late. */
  #budget: BackfillBudget;
  readonly #askedEarly = new Set<ShardNumber>();
  #phase: "starting" | "backfill" | "streaming" = "starting";
  #failure: { readonly error: unknown } | undefined;
  /** Aborted when the feed is over. */
  readonly #over = new AbortController();
  #wake = Promise.withResolvers<void>();

  constructor(parts: LiveParts, options: FeedOptions) {
    const { user, only } = options;
    this.#parts = parts;
    this.#options = options;
    this.user = user;
    const failed = (error: unknown) => this.fail(error);
    this.personal = new PersonalNews({
      ...parts,
      user,
      only,
      signal: this.#over.signal,
      wake: () => this.#wake.resolve(),
      failed,
    });
    this.#queue = new FeedQueue(parts.limits, this.personal);
    this.#inlet = new Inlet(user, this.#queue);
    this.#budget = wholeBudget(parts.limits);
    this.reads = new ShardReads({
      ...parts,
      user,
      only,
      signal: this.#over.signal,
      budget: (shard) => this.#spendable(shard),
      answered: (track, answer) => {
        this.#askedEarly.delete(track.shard);
        this.#noteChanged(this.#inlet.resumed(answer));
        this.#say(track);
      },
      turned: (track) => this.#say(track),
      receive: (delivery, track) => this.#receive(delivery, track),
      failed,
    });
    this.#progress = new Progress({
      ...parts,
      incarnation: parts.source.incarnation,
      tracks: this.reads.tracks,
      rev: () => this.personal.cursor,
      cursorMs: parts.limits.cursorMs,
    });
    this.#news = new ShardNews({
      ...parts,
      user,
      only,
      seenOn: (shard) => this.#inlet.seenOn(shard),
      tell: (news) => {
        this.#queue.putNews(`shard ${news.shard}`, itemText({ type: "shard", ...news }).text);
        this.#wake.resolve();
      },
      failed,
    });
  }

  deliver(delivery: Delivery): void {
    const { only } = this.#options;
    if (only !== undefined && delivery.event.stream !== only) return;
    const track = this.reads.tracks.get(delivery.shard);
    // A shard that has not been asked is asked first, and that brings this event too (LIVE2).
    if (track === undefined) {
      if (this.#phase !== "starting") this.reads.ask(delivery.shard);
    } else if (track.phase === "asking") track.hold(delivery);
    else if (track.phase === "following" && delivery.position > track.readTo) this.#receive(delivery, track);
  }

  signal(signal: SignalEntry): void {
    const { only } = this.#options;
    if (only !== undefined && signal.stream !== only) return;
    this.#parts.traffic.signals++;
    if (!this.#queue.putSignal(signal)) this.#parts.traffic.droppedSignals++;
    this.#wake.resolve();
  }

  changed(change: PersonalChange): void {
    this.personal.receive(change);
  }

  shardChanged(shard: ShardNumber, status: ShardStatus): void {
    const track = this.reads.tracks.get(shard);
    if (track === undefined) return;
    if (status === "ok") this.reads.retryNow(shard);
    this.#say(track);
  }

  /** From now on a shard that is met for the first time is asked. */
  startBackfill(): void {
    this.#phase = "backfill";
  }

  /** The cutover (LIVE3): what was read is sent, what came meanwhile follows. */
  startStreaming(): void {
    this.put({ type: "live", incarnation: this.#parts.source.incarnation, heads: headsOf(this.#changed) });
    this.#changed.clear();
    this.#phase = "streaming";
    this.personal.open();
    this.#queue.startStreaming();
    for (const track of this.reads.tracks.values()) this.#say(track);
  }

  /** Puts an item before all that streams. */
  put(item: FeedItem): void {
    this.#queue.putAhead(itemText(item).text);
    this.#wake.resolve();
  }

  /** Heads that changed since the last beat, of the shards whose fences could be read; of the others it is said that they could not (LIVE4). */
  async beat(): Promise<void> {
    const followed = [...this.reads.tracks.values()].filter((track) => track.phase === "following");
    const confirmed = await Promise.all(followed.map((track) => this.#parts.hub.confirm(track.shard)));
    const readable = new Set(followed.filter((_, i) => confirmed[i] !== null).map((track) => track.shard));
    followed.forEach((track) => this.#say(track, !readable.has(track.shard)));
    // It is told of, or it will be with the next one.
    const isConfirmed = await this.#parts.hub.confirmPersonal(shardOf(this.user));
    this.#queue.putBeat(this.#inlet.movedOn(readable), isConfirmed ? this.personal.takeTold() : undefined);
    this.#wake.resolve();
  }

  /** A stream that was read apart from its shard's log, up to a head. */
  startAfter(head: Head): void {
    this.#inlet.startAfter(head);
    this.#changed.set(head.stream, head.seq);
  }

  get isStopped(): boolean {
    return this.#over.signal.aborted;
  }

  stop(): void {
    this.#over.abort();
    this.#wake.resolve();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake.resolve();
  }

  /** Resolves once there is something to {@link take}, or the feed has ended. */
  async ready(): Promise<void> {
    while (!this.#queue.ready && this.#failure === undefined && !this.isStopped) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }

  /** All that waits, up to a frame's bounds, and the cursor after it; null if nothing does. @throws what the feed failed with */
  take(): { cursor: string; frame: EncodedFrame } | null {
    if (this.#failure !== undefined) throw this.#failure.error;
    const { texts, places, behind } = this.#queue.take(this.#parts.now());
    this.#progress.sent(places);
    if (texts.length === 0) return null;
    this.#parts.traffic.frames++;
    this.#parts.traffic.behind += behind;
    this.#parts.onSent?.(places);
    return { cursor: this.#progress.cursor({ drained: this.#queue.drained }), frame: new EncodedFrame(texts) };
  }

  #receive(delivery: Delivery, track: Track): void {
    this.#inlet.receive(delivery, { introduce: track.unannounced });
    const { event } = delivery;
    if (event.type === "added-to" && this.#options.only === undefined) this.reads.askFor(event.body.stream);
    this.#wake.resolve();
  }

  #noteChanged(heads: readonly Head[]): void {
    if (this.#phase === "streaming") this.#inlet.noteMoved(heads);
    else for (const { stream, seq } of heads) this.#changed.set(stream, seq);
    this.#wake.resolve();
  }

  /** Says how a shard is, if the reader was told otherwise. One that this feed could not read is not well, whatever is known of it. */
  #say(track: Track, unreadable = track.phase === "waiting"): void {
    const status = this.#parts.hub.status(track.shard);
    this.#news.say(track, unreadable && status === "ok" ? "slow" : status);
  }

  #spendable(shard: ShardNumber): BackfillBudget {
    if (this.#phase !== "streaming") this.#askedEarly.add(shard);
    return this.#askedEarly.has(shard) ? this.#budget : wholeBudget(this.#parts.limits);
  }
}

function wholeBudget({ backfillTotal, backfillBytes }: LiveLimits): BackfillBudget {
  return { events: backfillTotal, bytes: backfillBytes };
}
