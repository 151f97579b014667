/** Taking what a frame brings, though something in it can't be taken: a bug costs no more than what it happened to. @module */
import { type FeedItem, unreachable } from "@gatz/domain";
import { lastSeq } from "../stream/window.ts";

/**
 * Gives all items at once. If that throws, they are given once more one by one, since taking something twice changes nothing; and instead of
 * one that can't be taken it is told that there is something, as of what a slow feed has dropped (LIVE5).
 */
export function takeAll(
  items: readonly FeedItem[],
  { take, onBug }: {
    readonly take: (items: readonly FeedItem[]) => void;
    readonly onBug: (bug: unknown) => void;
  },
): void {
  const isTaken = (some: readonly FeedItem[], report: (bug: unknown) => void) => {
    try {
      take(some);
      return true;
    } catch (bug) {
      report(bug);
      return false;
    }
  };
  let whole: unknown;
  if (isTaken(items, (bug) => whole = bug)) return;
  const failed = items.filter((item) => !isTaken([item], onBug));
  if (failed.length === 0) onBug(whole);
  for (const item of failed) isTaken(instead(item), onBug);
}

function instead(item: FeedItem): readonly FeedItem[] {
  switch (item.type) {
    case "event":
      return [{ type: "behind", stream: item.event.stream, head: lastSeq(item) }];
    case "opaque":
      return [{ type: "behind", stream: item.stream, head: lastSeq(item) }];
    case "joined":
      return [{ type: "behind", stream: item.stream, head: item.head }];
    case "behind":
    case "live":
    case "beat":
    case "shard":
    case "read":
    case "setting":
    case "signal":
      return [];
    default:
      return unreachable(item);
  }
}
