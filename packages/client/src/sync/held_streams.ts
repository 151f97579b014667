/** The streams that are stored or shown, and what the feed says of them. @module */
import {
  type FeedItem,
  type Seq,
  type ShardNumber,
  shardOf,
  type StreamId,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { Entry } from "../store/contract.ts";
import type { StreamRecord } from "../store/records.ts";
import { lastSeq } from "../stream/window.ts";
import type { Held } from "./held.ts";
import { type Keeping, KeptStream } from "./kept_stream.ts";

export interface HeldStreamsOptions extends Omit<Keeping, "onChange"> {
  /** How far a stream's events have come. */
  readonly onArrived: (stream: StreamId, head: Seq) => void;
  /** Whether anything is behind has perhaps changed. */
  readonly onChange: () => void;
}

export class HeldStreams {
  readonly #options: HeldStreamsOptions;
  readonly #streams = new Map<StreamId, KeptStream>();

  /** Those that are stored. */
  constructor(options: HeldStreamsOptions, stored: readonly Entry<"streams">[]) {
    this.#options = options;
    for (const { key, value } of stored) {
      // A record's key is its stream's id.
      const stream = key as StreamId;
      this.#streams.set(stream, this.#keep(stream, value));
    }
  }

  get viewer(): UserId {
    return this.#options.viewer;
  }

  hold(stream: StreamId): Held {
    const kept = this.#streams.get(stream) ?? this.#keep(stream, null);
    this.#streams.set(stream, kept);
    kept.hold();
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      kept.release();
      if (kept.isIdle) this.#streams.delete(stream);
    };
    return { stream, view: kept.view, older: () => kept.older(), page: (fromSeq) => kept.page(fromSeq), release };
  }

  take(item: FeedItem): void {
    switch (item.type) {
      case "event":
        return this.#take(item.event.stream, item);
      case "opaque":
        return this.#take(item.stream, item);
      case "joined":
        return this.#heard(item.stream, item.head, (kept) => kept.joined(item.head));
      case "behind":
        return this.#heard(item.stream, item.head, (kept) => kept.know(item.head));
      case "live":
      case "beat":
        for (const { stream, seq } of item.heads) this.#heard(stream, seq, (kept) => kept.know(seq));
        return;
      case "shard":
      case "read":
      case "setting":
      case "signal":
        return;
      default:
        return unreachable(item);
    }
  }

  /**
   * What is stored of a stream, or asked for, may be older than the cursor: a tab that keeps the stream may have ended before one that
   * doesn't. Lists are as new as the cursor; of what is in none the server is asked.
   */
  compare(known: (stream: StreamId) => Seq | undefined): void {
    for (const kept of this.#streams.values()) kept.compare(known(kept.stream));
  }

  /** How far streams have come, of those of which it is known. */
  learn(known: (stream: StreamId) => Seq | undefined): void {
    for (const kept of this.#streams.values()) {
      const head = known(kept.stream);
      if (head !== undefined) kept.know(head);
    }
  }

  /** Whether something is known to be there that is not held, but for what shards that don't answer have. */
  isBehind(silent: ReadonlyMap<ShardNumber, unknown>): boolean {
    for (const kept of this.#streams.values()) if (kept.isBehind && !silent.has(shardOf(kept.stream))) return true;
    return false;
  }

  /** Those of a shard of which something is missing. */
  behindOn(shard: ShardNumber): StreamId[] {
    const behind = [...this.#streams.values()].filter((kept) => shardOf(kept.stream) === shard && kept.isBehind);
    return behind.map(({ stream }) => stream);
  }

  /** Whether something of it is here, or about to be. */
  isKept(stream: StreamId): boolean {
    return this.#streams.get(stream)?.isIdle === false;
  }

  isHeld(stream: StreamId): boolean {
    return this.#streams.get(stream)?.isHeld ?? false;
  }

  /** Those that are looked at leave the store later than others. */
  touch(): void {
    for (const kept of this.#streams.values()) if (kept.isHeld) kept.touch();
  }

  /** It has left the store, and nobody looks at it. */
  forget(stream: StreamId): void {
    this.#streams.get(stream)?.drop();
    this.#streams.delete(stream);
  }

  /** A connection stands again: what was in the way may not be any more. */
  retry(): void {
    for (const kept of this.#streams.values()) kept.retry();
  }

  /** Another life of the installation (LOG9). */
  reset(): void {
    for (const [stream, kept] of this.#streams) {
      kept.reset();
      if (kept.isIdle) this.#streams.delete(stream);
    }
  }

  close(): void {
    for (const kept of this.#streams.values()) kept.drop();
  }

  #take(stream: StreamId, item: Extract<FeedItem, { type: "event" | "opaque" }>): void {
    this.#heard(stream, lastSeq(item), (kept) => kept.take(item));
  }

  /** Of a stream of which nothing is kept, all that is told of counts as arrived: whoever opens it later reads it. */
  #heard(stream: StreamId, head: Seq, tell: (kept: KeptStream) => void): void {
    const kept = this.#streams.get(stream);
    if (kept !== undefined && !kept.isIdle) {
      try {
        return tell(kept);
      } catch (bug) {
        return kept.failed(bug);
      }
    }
    this.#streams.delete(stream);
    this.#options.onArrived(stream, head);
  }

  #keep(stream: StreamId, record: StreamRecord | null): KeptStream {
    const onChange = (kept: KeptStream) => {
      if (kept.head > 0) this.#options.onArrived(stream, kept.head);
      this.#options.onChange();
    };
    return new KeptStream(stream, { ...this.#options, onChange, record });
  }
}
