/** The inbox feed: one subscription that serves a whole client (LIVE1). @module */
import type { FeedFrame, Seq, StreamId, UserId } from "@gatz/domain";
import { tracked, type TrackedEnvelope } from "@trpc/server";
import type { Connection } from "../ws/connection.ts";
import { beginFeed } from "./begin.ts";
import { Feed, type LiveParts } from "./feed.ts";
import { pause } from "./pause.ts";

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
  /** Aborted when the subscription is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Frames of as many items as wait, each with the cursor to resume from.
 * @throws {ApiError} Malformed for a cursor that is none; NotFound for a stream that the user never was a member of
 */
export async function* inboxFeed(
  parts: LiveParts,
  { user, input, connection, signal }: InboxOptions,
): AsyncGenerator<TrackedEnvelope<FeedFrame>, void, void> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal, ...(connection === null ? [] : [connection.closed])]);
  const feed = new Feed(parts, { user, only: input.stream, signal: ended });
  const unsubscribe = parts.hub.subscribe(feed);
  // A reader that takes nothing any more holds no place in the hub once its time is over.
  ended.addEventListener("abort", unsubscribe, { once: true });
  try {
    beginFeed(feed, parts, input).then(() => beatUntil(feed, { parts, ended })).catch((error) => feed.fail(error));
    for (;;) {
      await feed.ready();
      await connection?.room();
      if (ended.aborted) return;
      const next = feed.take();
      if (next !== null) yield tracked(next.cursor, next.frame);
    }
  } finally {
    over.abort();
    unsubscribe();
  }
}

async function beatUntil(feed: Feed, { parts, ended }: { parts: LiveParts; ended: AbortSignal }): Promise<void> {
  const { beatMs } = parts.limits;
  // The first comes early by chance, so that a node's feeds do not all beat at once.
  await pause(beatMs * parts.random(), ended);
  while (!ended.aborted) {
    await feed.beat();
    await pause(beatMs, ended);
  }
}
