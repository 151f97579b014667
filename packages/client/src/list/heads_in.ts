import { type FeedItem, type Head, unreachable } from "@gatz/domain";

/** How far streams have come, as far as an item of the feed says so without saying what has happened. */
export function headsIn(item: FeedItem): readonly Head[] {
  switch (item.type) {
    case "opaque":
      return [{ stream: item.stream, seq: item.to }];
    case "joined":
    case "behind":
      return [{ stream: item.stream, seq: item.head }];
    case "live":
    case "beat":
      return item.heads;
    case "event":
    case "read":
    case "setting":
    case "shard":
    case "signal":
      return [];
    default:
      return unreachable(item);
  }
}
