/**
 * What a client must come to hold, by the plainest reading of the rules: it believes each item, and complains about any that leaves a gap,
 * comes twice, differs from the log, or shows what is not to be seen. It shares nothing with the feed.
 */
import type { FeedItem, LogEvent, StreamId, UserId } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { covered } from "../../packages/domain/testing/naive_model.ts";

export type Logs = (stream: StreamId) => readonly LogEvent[];

/** The newest seq that a user may see of a stream, 0 if none. */
export function lastSeen(log: readonly LogEvent[], { stream, user }: { stream: StreamId; user: UserId }): number {
  if (stream.startsWith("user_")) return stream === user ? log.length : 0;
  return Math.max(0, ...covered(log, user));
}

export class Ledger {
  readonly #held = new Map<StreamId, number>();
  /** Where each stream stands in the present session. */
  #session = new Map<StreamId, number>();

  constructor(private readonly user: UserId, private readonly logs: Logs) {}

  /** The client has read this much of a stream by other means, such as a list. */
  read(stream: StreamId, seq: number): void {
    this.#held.set(stream, Math.max(seq, this.held(stream)));
  }

  held(stream: StreamId): number {
    return this.#held.get(stream) ?? 0;
  }

  startSession(): void {
    this.#session = new Map();
  }

  take(item: FeedItem): void {
    switch (item.type) {
      case "event":
        assert.deepEqual(item.event, this.logs(item.event.stream)[item.event.seq - 1], "an event differs from the log");
        this.#requireSeen(item.event);
        return this.#follow(item.event.stream, { from: item.event.seq, to: item.event.seq });
      case "opaque":
        return this.#follow(item.stream, item);
      case "joined":
      case "behind":
        return this.#jump(item.stream, item.head);
      case "live":
      case "beat":
      case "read":
      case "setting":
      case "shard":
      case "signal":
        return;
    }
  }

  #requireSeen(event: LogEvent): void {
    if (event.stream === this.user) return;
    const seen = covered(this.logs(event.stream), this.user);
    const target = event.decided.targetSeq ?? event.seq;
    assert.ok(seen.has(event.seq) && seen.has(target), `${event.type} ${event.seq} is not for ${this.user}`);
  }

  /** In a session each seq comes once and in order; after a cut some may come again, and none is left out. */
  #follow(stream: StreamId, { from, to }: { from: number; to: number }): void {
    const before = this.#session.get(stream);
    if (before === undefined) assert.ok(from <= this.held(stream) + 1, `a gap before ${from} of ${stream}`);
    else assert.equal(from, before + 1, `after ${before} of ${stream}`);
    this.#session.set(stream, to);
    this.read(stream, to);
  }

  #jump(stream: StreamId, head: number): void {
    assert.ok(head >= (this.#session.get(stream) ?? 0), `a head that is older: ${head} of ${stream}`);
    this.#session.set(stream, head);
    this.read(stream, head);
  }
}
