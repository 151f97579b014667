/** Taking what a frame brings, though something in it can't be taken: a bug costs no more than what it happened to. @module */
import type { FeedItem, Head } from "@gatz/domain";
import { headsIn } from "../list/heads_in.ts";

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
  for (const item of failed) isTaken(headsOf(item).map(behind), onBug);
}

const behind = ({ stream, seq }: Head): FeedItem => ({ type: "behind", stream, head: seq });
const headsOf = (item: FeedItem): readonly Head[] => item.type === "event" ? [item.event] : headsIn(item);
