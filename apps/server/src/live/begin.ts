/** How a feed begins: from a cursor, at the present, or from a seq of one stream (LIVE1, LIVE3). @module */
import {
  type FeedItem,
  type Head,
  intervalsOf,
  rev,
  type Seq,
  seq,
  shardOf,
  type StreamId,
  type StreamState,
  type UserId,
  viewersHead,
  visibleRanges,
} from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import { malformed, notFound } from "../errors.ts";
import { readLogPage } from "../views/log_page.ts";
import { type Cursor, decodeCursor } from "./cursor.ts";
import type { Feed, LiveParts } from "./feed.ts";
import type { InboxInput } from "./inbox_feed.ts";
import { within } from "./pause.ts";
import { behind } from "./resumed.ts";
import type { LogSource } from "./source.ts";

/** How long shards that are slow to answer hold up the cutover; they come later (LIVE8). */
const PATIENCE_MS = 500;
/** How long a feed of one stream waits for a shard that the hub does not know yet. */
const PLACED_MS = 1_000;

/** @throws {ApiError} Malformed, NotFound; ShardUnavailable if the feed's one stream can't be read */
export async function beginFeed(feed: Feed, parts: LiveParts, input: InboxInput): Promise<void> {
  const cursor = cursorOf(input, parts);
  const { personal } = feed;
  const ownIsBegun = cursor === null ? personal.beginNow() : personal.resume(cursor.rev ?? rev(0));
  if (input.stream !== undefined) {
    await beginStream(feed, parts, { stream: input.stream, fromSeq: input.fromSeq, cursor });
  } else if (cursor !== null) await resume(feed, cursor);
  else await beginNow(feed, parts);
  await within(PATIENCE_MS, ownIsBegun);
  feed.startStreaming();
}

/** Null: there is none, or it is of another incarnation, whose client drops what it stored and begins anew (LOG9). */
function cursorOf({ lastEventId, cursor }: InboxInput, { source }: LiveParts): Cursor | null {
  const text = lastEventId ?? cursor;
  if (text === undefined) return null;
  const decoded = decodeCursor(text);
  const field = lastEventId ? "lastEventId" : "cursor";
  if (decoded === null) throw malformed(field, "is not a cursor of this API");
  if (decoded.incarnation !== source.incarnation) return null;
  const shards = new Set(source.shards);
  if (![...decoded.positions.keys()].every((shard) => shards.has(shard))) {
    throw malformed(field, "names a shard that does not exist");
  }
  return decoded;
}

async function resume(feed: Feed, cursor: Cursor): Promise<void> {
  feed.startBackfill();
  for (const [shard, position] of cursor.positions) feed.reads.ask(shard, position);
  feed.reads.ask(shardOf(feed.user));
  feed.personal.open();
  await within(PATIENCE_MS, feed.reads.tried());
}

async function beginNow(feed: Feed, { hub }: LiveParts): Promise<void> {
  const shards = await feed.reads.concerned();
  await within(PATIENCE_MS, Promise.all(shards.map((shard) => hub.placed(shard))));
  const unknown = shards.filter((shard) => !feed.reads.followFromNow(shard));
  feed.startBackfill();
  for (const shard of unknown) feed.reads.ask(shard);
}

interface OneStream {
  readonly stream: StreamId;
  readonly fromSeq: Seq | undefined;
  readonly cursor: Cursor | null;
}

async function beginStream(feed: Feed, { hub, source, limits }: LiveParts, one: OneStream): Promise<void> {
  const { stream, fromSeq, cursor } = one;
  const shard = shardOf(stream);
  if (!source.shards.includes(shard)) throw malformed("stream", "names a shard that does not exist");
  if (await within(PLACED_MS, hub.placed(shard).then(() => true)) === null) {
    throw new ShardUnavailable(shard, PLACED_MS);
  }
  const since = cursor?.positions.get(shard);
  if (since !== undefined) {
    await membership(feed.user, { source, stream });
    feed.startBackfill();
    feed.reads.ask(shard, since);
    await within(PATIENCE_MS, feed.reads.tried());
    return;
  }
  await feed.reads.followAfter(shard, {
    read: async () => {
      const state = await membership(feed.user, { source, stream });
      return fromSeq === undefined ? null : await readFrom(fromSeq, { source, limits, state, viewer: feed.user });
    },
    put: (backfill) => {
      if (backfill === null) return;
      for (const item of backfill.items) feed.put(item);
      feed.startAfter(backfill.head);
    },
  });
}

/** The stream's state. @throws {ApiError} NotFound if it does not exist or the user never was a member (VIS3) */
async function membership(
  user: UserId,
  { source, stream }: { source: LogSource; stream: StreamId },
): Promise<StreamState> {
  const state = await source.state(stream);
  if (state === null || viewersHead(state, user) === undefined) throw notFound();
  return state;
}

interface StreamPart extends Pick<LiveParts, "source" | "limits"> {
  readonly state: StreamState;
  readonly viewer: UserId;
}

/** From a seq to the head, or `behind` if that is beyond the bounds (LIVE3). */
async function readFrom(
  fromSeq: Seq,
  { source, limits, state, viewer }: StreamPart,
): Promise<{ items: readonly FeedItem[]; head: Head }> {
  const ranges = state.kind === "user"
    ? [{ from: seq(1), to: state.seq }]
    : visibleRanges(intervalsOf(state, viewer), state.seq);
  const { asOf, items } = await readLogPage(source, {
    viewer,
    state,
    ranges,
    fromSeq,
    limit: limits.backfillPerStream,
  });
  const last = items.at(-1);
  const upTo = last === undefined ? fromSeq - 1 : last.type === "event" ? last.event.seq : last.to;
  // To who has left it is as it was then (VIS4), which is not what was read.
  const shown = asOf === state.seq ? state : null;
  return {
    items: upTo < asOf ? [behind({ stream: state.id, head: asOf, state: shown }, viewer)] : items,
    head: { stream: state.id, seq: asOf },
  };
}
