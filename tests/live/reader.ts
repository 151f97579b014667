/** A client of a feed, for tests: it keeps what it gets, and can be cut at any moment. */
import type { FeedItem, StreamId, UserId } from "@gatz/domain";
import { strict as assert } from "node:assert";
import { inboxFeed, type InboxInput } from "../../apps/server/src/live/inbox_feed.ts";
import { createHub, type Hub } from "../../apps/server/src/live/hub.ts";
import type { LiveLimits, LiveParts } from "../../apps/server/src/live/feed.ts";
import type { LogSource } from "../../apps/server/src/live/source.ts";
import { Traffic } from "../../apps/server/src/live/traffic.ts";
import type { Connection } from "../../apps/server/src/ws/connection.ts";

const TEST_LIMITS: LiveLimits = {
  feedQueueEvents: 1_000,
  feedQueueBytes: 256 * 1024,
  feedSignals: 100,
  frameEvents: 16,
  beatMs: 10_000,
  cursorMs: 1_000,
  backfillPerStream: 200,
  backfillTotal: 2_000,
  backfillBytes: 1024 * 1024,
};

export interface TestNode extends LiveParts, AsyncDisposable {
  readonly hub: Hub;
}

export function testNode(source: LogSource, limits: Partial<LiveLimits> = {}): TestNode {
  const now = () => performance.now();
  const traffic = new Traffic();
  const hub = createHub({ source, now, traffic });
  return {
    hub,
    source,
    limits: { ...TEST_LIMITS, ...limits },
    now,
    traffic,
    random: () => 1,
    [Symbol.asyncDispose]: () => hub.stop(),
  };
}

export interface ReceivedFrame {
  readonly cursor: string;
  readonly items: readonly FeedItem[];
  readonly at: number;
}

/** A connection whose reader can stop reading. */
class TestConnection implements Connection {
  readonly #closed = new AbortController();
  #stalled: PromiseWithResolvers<void> | null = null;

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  stall(): void {
    this.#stalled ??= Promise.withResolvers();
  }

  /** Lets one frame pass, and stalls again. */
  drip(): void {
    this.flow();
    this.stall();
  }

  flow(): void {
    this.#stalled?.resolve();
    this.#stalled = null;
  }

  close(): void {
    this.#closed.abort();
    this.flow();
  }

  room(): Promise<void> | null {
    return this.#stalled?.promise ?? null;
  }
}

export class Reader {
  readonly frames: ReceivedFrame[] = [];
  readonly connection = new TestConnection();
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  failure: unknown;
  ended = false;

  constructor(parts: LiveParts, readonly user: UserId, input: InboxInput = {}) {
    this.#done = this.#read(inboxFeed(parts, { user, input, connection: this.connection, signal: this.#stop.signal }));
  }

  get items(): readonly FeedItem[] {
    return this.frames.flatMap((frame) => frame.items);
  }

  get cursor(): string | undefined {
    return this.frames.at(-1)?.cursor;
  }

  of(stream: StreamId): readonly FeedItem[] {
    return this.items.filter((item) => streamOf(item) === stream);
  }

  async live(): Promise<this> {
    await this.until((items) => items.some((item) => item.type === "live"), "live");
    return this;
  }

  /** Waits until the items are as wanted; fails after some seconds. */
  async until(wanted: (items: readonly FeedItem[]) => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!wanted(this.items)) {
      if (this.failure !== undefined) throw this.failure;
      assert(performance.now() < deadline, `never came: ${what}; got ${JSON.stringify(this.items.map(brief))}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** As when the connection is lost: what was not received is gone. */
  async cut(): Promise<void> {
    this.#stop.abort();
    this.connection.close();
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }

  async #read(feed: ReturnType<typeof inboxFeed>): Promise<void> {
    try {
      for await (const [cursor, frame] of feed) {
        if (this.#stop.signal.aborted) break;
        this.frames.push({ cursor, items: frame.items, at: performance.now() });
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
  }
}

export function streamOf(item: FeedItem): StreamId | undefined {
  if (item.type === "event") return item.event.stream;
  return "stream" in item ? item.stream : undefined;
}

/** An item in short, for messages and comparisons. */
export function brief(item: FeedItem): string {
  switch (item.type) {
    case "event":
      return `${item.event.type} ${item.event.seq}`;
    case "opaque":
      return `opaque ${item.from}-${item.to}`;
    case "joined":
      return `joined ${item.visibleFrom}-${item.head}`;
    case "behind":
      return `behind ${item.head}`;
    case "live":
      return "live";
    case "beat":
      return `beat ${item.heads.map(({ seq }) => seq).join(",")}`;
    case "read":
      return `read ${item.epoch}.${item.seq}`;
    case "setting":
      return `notify ${item.notify}`;
    case "shard":
      return `shard ${item.shard} ${item.status}`;
    case "signal":
      return item.kind === "typing" ? `typing ${item.on}` : item.status;
  }
}

/** Lets everything that is ready happen. */
export function settle(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
