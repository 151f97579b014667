/** A scripted server with feeds that keep the protocol, but for what a test has them lose, cut or hold back (LIVE1–4). @module */
import { type FeedItem, type Head, incarnation, type LogEvent, seq, type StreamId } from "@gatz/domain";
import type { FeedHandlers } from "../src/server/contract.ts";
import { item, ScriptedServer } from "./scripted_server.ts";

/** More of a stream than this comes as `behind`. */
const BACKFILL = 6;

/** One subscription. What was said since its cursor waits until it is delivered. */
class Feed {
  readonly #server: FaultyFeeds;
  readonly #on: FeedHandlers;
  /** How much of what was said it has sent. */
  #position: number;
  #isFresh = true;
  #isConnected = true;
  /** Told of with the next beat. */
  readonly #changed = new Map<StreamId, Head>();

  constructor(server: FaultyFeeds, position: number, on: FeedHandlers) {
    this.#server = server;
    this.#position = position;
    this.#on = on;
  }

  /** A frame of all that waits; with `losing`, every other event of it is lost on the way. */
  deliver({ losing }: { readonly losing: boolean }): void {
    if (!this.#isConnected) return;
    const waiting = this.#server.said.slice(this.#position);
    this.#position = this.#server.said.length;
    const items: FeedItem[] = this.#isFresh ? this.#backfill(waiting) : waiting.map(item);
    const sent = losing && !this.#isFresh ? items.filter((_, n) => n % 2 === 1) : items;
    for (const { stream, seq } of waiting) this.#changed.set(stream, { stream, seq });
    if (this.#isFresh) {
      sent.push({ type: "live", incarnation: this.#server.life, heads: [...this.#changed.values()] });
      this.#changed.clear();
    }
    this.#isFresh = false;
    if (sent.length > 0) this.#on.frame({ cursor: this.#server.cursor(this.#position), items: sent });
  }

  beat(): void {
    if (this.#isFresh || !this.#isConnected) return;
    const heads = [...this.#changed.values()];
    this.#changed.clear();
    this.#on.frame({ cursor: this.#server.cursor(this.#position), items: [{ type: "beat", heads }] });
  }

  /** The connection is lost; made again, the feed goes on from what it has sent. */
  cut(): void {
    this.#isConnected = false;
    this.#on.connected(false);
    this.#isFresh = true;
    // A cursor changes only now and then: some is repeated.
    this.#position = Math.max(this.#server.begun, this.#position - 2);
  }

  reconnect(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#on.connected(true);
  }

  #backfill(waiting: readonly LogEvent[]): FeedItem[] {
    const items: FeedItem[] = [];
    for (const [stream, events] of Map.groupBy(waiting, ({ stream }) => stream)) {
      const head = events.at(-1)?.seq ?? seq(0);
      if (events.length > BACKFILL) items.push({ type: "behind", stream, head });
      else items.push(...events.map(item));
    }
    return items;
  }
}

export class FaultyFeeds extends ScriptedServer {
  /** All events of this life, in their order. */
  readonly said: LogEvent[] = [];
  /** Where this life's feeds begin. */
  begun = 0;
  readonly subscribed = new Set<Feed>();

  override follow(cursor: string | null, on: FeedHandlers) {
    const [life, position] = cursor?.split(" at ") ?? [];
    const feed = new Feed(this, life === this.life ? Number(position) : this.said.length, on);
    this.subscribed.add(feed);
    on.connected(true);
    return { unsubscribe: () => void this.subscribed.delete(feed) };
  }

  cursor(position: number): string {
    return `${this.life} at ${position}`;
  }

  /** As if a backup had been restored: the newest of each log is gone, and everything has another incarnation (LOG9). */
  restore(): void {
    for (const log of this.logs.values()) log.splice(Math.max(2, log.length - 3));
    this.life = incarnation(`${this.life}'`);
    this.begun = this.said.length;
    for (const feed of this.subscribed) feed.cut();
    for (const feed of this.subscribed) feed.reconnect();
  }

  override async discussions() {
    const page = await super.discussions();
    return "kind" in page ? page : { ...page, asOf: this.cursor(this.said.length) };
  }

  protected override onWritten(event: LogEvent): void {
    this.said.push(event);
  }
}
