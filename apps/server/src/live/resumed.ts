/** What one shard answered to a feed that resumes, as the texts of its items (LIVE2, LIVE3). @module */
import {
  type FeedItem,
  formFor,
  type LogEvent,
  type Seq,
  type StreamId,
  type StreamState,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { ResumedStream } from "@gatz/storage/contract";
import { streamView } from "../views/stream_view.ts";

export function resumedItems(part: ResumedStream, viewer: UserId): FeedItem[] {
  const { stream, head } = part;
  switch (part.kind) {
    case "joined":
      return [{ type: "joined", stream, visibleFrom: part.visibleFrom, head, state: streamView(part.state, viewer) }];
    case "behind":
      return [behind(part, viewer)];
    case "events":
      return seenEvents(part.events, { viewer, state: part.state });
    default:
      return unreachable(part);
  }
}

/** `state` null: past the bounds. */
export function behind(
  { stream, head, state }: { stream: StreamId; head: Seq; state: StreamState | null },
  viewer: UserId,
): FeedItem {
  return { type: "behind", stream, head, ...(state === null ? {} : { state: streamView(state, viewer) }) };
}

/** Events in seq order, each in its form for the viewer; what they may not see as ranges (VIS2). */
function seenEvents(
  events: readonly LogEvent[],
  { viewer, state }: { viewer: UserId; state: StreamState },
): FeedItem[] {
  const items: FeedItem[] = [];
  for (const event of events) {
    const last = items.at(-1);
    const form = formFor(event, viewer, state);
    if (form !== null) items.push({ type: "event", event: form });
    else if (last?.type === "opaque") items[items.length - 1] = { ...last, to: event.seq };
    else items.push({ type: "opaque", stream: event.stream, from: event.seq, to: event.seq });
  }
  return items;
}
