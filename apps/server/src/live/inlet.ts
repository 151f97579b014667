/** Turns what comes for one user into what waits for their reader: events, opaque ranges, `joined`, and first of all `behind`. @module */
import {
  type Head,
  isMessageEvent,
  type LogEvent,
  type Position,
  position,
  type Seq,
  seq,
  type ShardNumber,
  shardOf,
  type StreamId,
  type StreamState,
  type UserId,
  viewersHead,
} from "@gatz/domain";
import type { ShardResume } from "@gatz/storage/contract";
import { streamView } from "../views/stream_view.ts";
import { type Delivery, itemText } from "./delivery.ts";
import type { FeedQueue } from "./queue.ts";
import { resumedItems } from "./resumed.ts";

export class Inlet {
  /** Streams that this feed has had an item of. */
  readonly #seen = new Set<StreamId>();
  /** Heads that the reader has not been told of by a beat. */
  readonly #moved = new Map<StreamId, Seq>();
  /** Of a stream whose state was sent at a newer seq than its event's: what the state implies already. */
  readonly #implied = new Map<StreamId, Seq>();

  constructor(private readonly user: UserId, private readonly queue: FeedQueue) {}

  /** @param introduce whether a stream's first item must say that the reader may have missed what was before (LIVE2) */
  receive(delivery: Delivery, { introduce }: { introduce: boolean }): void {
    const { event, state, shard, position: at } = delivery;
    const { stream } = event;
    if (this.#isImplied(event)) return;
    this.#moved.set(stream, event.seq);
    if (begins(event, state, this.user)) this.#join(delivery);
    else {
      if (introduce && !this.#seen.has(stream) && event.seq > 1) this.#introduce(delivery);
      const place = { shard, position: at, stream, seq: event.seq };
      const text = delivery.textFor(this.user);
      if (text === null) this.queue.putOpaque(place);
      else this.queue.put({ kind: "item", ...text, ...place });
    }
    if (ends(event, state, this.user)) this.queue.forgetSignals(stream);
    this.#seen.add(stream);
  }

  /** What one shard said that was missed goes ahead of all that streams. Answers the heads of what changed. */
  resumed({ shard, position: upTo, streams }: ShardResume): Head[] {
    for (const part of streams) {
      this.#seen.add(part.stream);
      for (const item of resumedItems(part, this.user)) this.queue.putAhead(itemText(item).text);
    }
    this.queue.putAhead("", { shard, position: upTo });
    return streams.map(({ stream, head }) => ({ stream, seq: head }));
  }

  /** A stream that was read apart from its shard's log: what comes live up to its head is there already. */
  startAfter({ stream, seq: head }: Head): void {
    this.#seen.add(stream);
    this.#implied.set(stream, head);
  }

  noteMoved(heads: readonly Head[]): void {
    for (const { stream, seq } of heads) this.#moved.set(stream, seq);
  }

  /** The heads on these shards that changed since they were last asked for. */
  movedOn(shards: ReadonlySet<ShardNumber>): Head[] {
    const heads: Head[] = [];
    for (const [stream, seq] of this.#moved) {
      if (!shards.has(shardOf(stream))) continue;
      heads.push({ stream, seq });
      this.#moved.delete(stream);
    }
    return heads;
  }

  /** The streams of a shard that this feed knows of. */
  seenOn(shard: ShardNumber): StreamId[] {
    return [...this.#seen].filter((stream) => shardOf(stream) === shard);
  }

  #isImplied({ stream, seq }: LogEvent): boolean {
    const implied = this.#implied.get(stream);
    if (implied === undefined) return false;
    if (seq > implied) this.#implied.delete(stream);
    return seq <= implied;
  }

  #join({ event, state, shard, position: at }: Delivery): void {
    const { stream } = event;
    const head = viewersHead(state, this.user) ?? event.seq;
    if (head > event.seq) this.#implied.set(stream, head);
    // Gone again already: what has become of it since is not for them (VIS4), so they read what there is up to then.
    if (head < state.seq) return this.#putBehind({ stream, seq: head }, { shard, position: at });
    const view = streamView(state, this.user);
    const item = itemText({ type: "joined", stream, visibleFrom: visibleFrom(state, this.user), head, state: view });
    this.queue.put({ kind: "item", ...item, shard, position: at, stream, seq: head, state: view });
  }

  #introduce({ event: { stream, seq: next }, shard, position: at }: Delivery): void {
    // The event itself is still to come, perhaps in another frame: the cursor stays before it.
    this.#putBehind({ stream, seq: seq(next - 1) }, { shard, position: position(at - 1) });
  }

  #putBehind({ stream, seq: head }: Head, at: { shard: ShardNumber; position: Position }): void {
    this.queue.put({ kind: "item", ...itemText({ type: "behind", stream, head }), ...at, stream, seq: head });
  }
}

/** Whether the event made the user a member: it began one of their stays. */
function begins(event: LogEvent, state: StreamState, user: UserId): boolean {
  if (isMessageEvent(event)) return false;
  if (state.kind === "user") return event.seq === 1;
  return state.members[user]?.some((stay) => stay.from === event.seq) ?? false;
}

/** Whether the event ended one of the user's stays. */
function ends(event: LogEvent, state: StreamState, user: UserId): boolean {
  if (isMessageEvent(event) || state.kind === "user") return false;
  return state.members[user]?.some((stay) => stay.left === event.seq) ?? false;
}

/** The first seq that the newest stay lets see. */
function visibleFrom(state: StreamState, user: UserId): Seq {
  return state.kind === "user" ? seq(1) : state.members[user]?.at(-1)?.historyFrom ?? seq(1);
}
