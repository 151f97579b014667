/** The inbox feed: one subscription that serves a whole client (LIVE1). @module */
import type { FeedFrame, Seq, StreamId, UserId } from "@gatz/domain";
import { tracked, type TrackedEnvelope } from "@trpc/server";
import type { Connection } from "../ws/connection.ts";
import { beginFeed } from "./begin.ts";
import { Feed, type LiveParts } from "./feed.ts";
import type { FrameLine } from "./frames.ts";

export interface InboxInput {
  /** The last tracked id, sent by the client itself when it reconnects; goes before `cursor`. */
  readonly lastEventId?: string | null;
  readonly cursor?: string;
  /** Limits the feed to one stream. */
  readonly stream?: StreamId;
  /** With `stream` and without a cursor: where to begin. */
  readonly fromSeq?: Seq;
}

export interface InboxOptions {
  readonly user: UserId;
  readonly input: InboxInput;
  /** Null: whatever reads the feed takes a frame only when it has room, as HTTP streams do. */
  readonly connection: Connection | null;
  /** Aborted when the subscription is stopped, or its connection has closed. */
  readonly signal: AbortSignal | undefined;
  /** Is handed what ends the feed with an error, for whoever has a reason to (LIVE6); returns what takes that back. */
  readonly ends?: (end: (error: Error) => void) => () => void;
}

/**
 * Frames of as many items as wait, each with the cursor to resume from. Over a socket only the first is yielded: those after it go straight
 * to the socket, and the generator ends when the feed does.
 * @throws {ApiError} Malformed for a cursor that is none; NotFound for a stream that the user never was a member of
 */
export async function* inboxFeed(
  parts: LiveParts,
  { user, input, connection, signal, ends }: InboxOptions,
): AsyncGenerator<TrackedEnvelope<FeedFrame>, void, void> {
  const feed = new Feed(parts, { user, only: input.stream });
  const leave = parts.hub.subscribe(feed);
  const beats = new Beats(feed, parts);
  const unwatch = ends?.((error) => {
    feed.fail(error);
    // A reader that takes nothing any more holds no place in the hub once its time is over.
    leave();
  });
  const end = () => {
    feed.stop();
    leave();
    beats.stop();
    unwatch?.();
  };
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  let line = undefined as FrameLine | undefined; // set from a callback
  try {
    beginFeed(feed, parts, input).then(() => beats.start(), (error) => feed.fail(error));
    for (;;) {
      await feed.ready();
      await connection?.room();
      if (feed.isStopped) return;
      const next = feed.take();
      if (next === null) continue;
      const { cursor, frame } = next;
      if (line !== undefined) line.send(cursor, frame);
      else {
        frame.onLine = (found) => line = found;
        yield tracked(cursor, frame);
      }
    }
  } finally {
    end();
  }
}

/** Lets a feed beat now and then: a timer and nothing else, for a node holds thousands of feeds that do nothing else for hours. */
class Beats {
  readonly #feed: Feed;
  readonly #parts: LiveParts;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(feed: Feed, parts: LiveParts) {
    this.#feed = feed;
    this.#parts = parts;
  }

  /** The first comes early by chance, so that a node's feeds do not all beat at once. */
  start(): void {
    this.#beatIn(this.#parts.limits.beatMs * this.#parts.random());
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #beatIn(ms: number): void {
    if (this.#feed.isStopped) return;
    this.#timer = setTimeout(() => {
      this.#feed.beat().then(() => this.#beatIn(this.#parts.limits.beatMs), (error) => this.#feed.fail(error));
    }, ms);
  }
}
