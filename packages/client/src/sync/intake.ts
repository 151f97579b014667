/** What the feed brings, on its way into lists, streams and the store, and how far it has been taken. @module */
import type { FeedItem } from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { ListsPart, OutboxPart, Session } from "./contract.ts";
import type { FeedFrame } from "./feed.ts";
import type { HeldStreams } from "./held_streams.ts";
import type { Journal } from "./journal.ts";
import type { Lanes } from "./lanes.ts";
import type { Lives } from "./lives.ts";
import type { StatusBoard } from "./status.ts";
import { takeAll } from "./take_all.ts";

export interface IntakeOptions {
  readonly session: Observable<Session<ListsPart> | null>;
  /** Null: it is not known yet whose they are. */
  readonly streams: () => HeldStreams | null;
  readonly outbox: () => OutboxPart;
  readonly lives: Lives;
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly board: StatusBoard;
  readonly onBug: (bug: unknown) => void;
}

export class Intake {
  readonly #options: IntakeOptions;
  #cursor: string | null = null;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Up to where everything was taken; null: nothing is here that could be gone on from. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Frames are taken; else the feed only tells that there is a connection. */
  get hasBegun(): boolean {
    return this.#cursor !== null;
  }

  /** What is here, or stored, is as of this. */
  begin(cursor: string): void {
    this.#cursor = cursor;
  }

  forget(): void {
    this.#cursor = null;
  }

  /** Everything that a frame says, and then its cursor. */
  take({ cursor, items }: FeedFrame): void {
    const { streams, outbox, lives, board, onBug } = this.#options;
    const lists = this.#lists;
    if (lists === undefined || !this.hasBegun) return;
    const live = items.find((item) => item.type === "live");
    if (live !== undefined) {
      if (!lives.meet(live.incarnation)) return;
      outbox().incarnation(live.incarnation);
    }
    takeAll(items, { take: (some) => lists.take(some), onBug });
    for (const item of items) {
      streams()?.take(item);
      if (item.type === "shard") this.#tellOfShard(item);
    }
    this.#cursor = cursor;
    this.reached();
    if (live !== undefined) board.streaming();
    if (items.some(({ type }) => type === "live" || type === "beat")) {
      outbox().caughtUp((stream) => streams()?.isKept(stream) ?? false);
    }
  }

  /** Lists have asked for something that no frame brings again: where a feed begins at the present, also how far streams have come (LIVE3). */
  learn(): void {
    const lists = this.#lists;
    if (lists === undefined) return;
    this.#options.streams()?.learn((stream) => lists.known(stream));
    this.reached();
    this.showMissing();
  }

  /** What lists hold is stored; the cursor with it, once a start on it takes no more than the feed from there. */
  reached(): void {
    const { journal, lives: { present: incarnation } } = this.#options;
    const lists = this.#lists;
    if (lists === undefined) return;
    journal.put(lists.drain());
    const cursor = this.#cursor;
    if (lists.isSettled && incarnation !== null && cursor !== null) journal.reached({ incarnation, cursor });
  }

  showMissing(): void {
    const { board, streams } = this.#options;
    const silent = board.status.snapshot().troubles;
    board.missing(this.#lists?.isSettled === false || (streams()?.isBehind(silent) ?? false));
  }

  get #lists(): ListsPart | undefined {
    return this.#options.session.snapshot()?.lists;
  }

  #tellOfShard({ shard, status, streams }: Extract<FeedItem, { type: "shard" }>): void {
    const { board, lanes } = this.#options;
    board.shardSays(shard, status === "ok" ? null : { status, streams });
    if (status === "ok") lanes.revive();
    this.showMissing();
  }
}
