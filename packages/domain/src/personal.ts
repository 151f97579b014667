/** What is a user's own and no event (LOG1): how far they have read, and their settings. @module */
import { unreachable } from "./asserts.ts";
import type { DiscussionId } from "./ids.ts";
import { type Rev, type Seq, seq } from "./scalars.ts";

/** How far a user has read a discussion (READ1). Marks are compared by epoch, then by seq; only marking unread raises the epoch. */
export interface ReadMark {
  readonly epoch: number;
  /** The newest that is read; 0: nothing. */
  readonly seq: Seq;
}

/** Of a discussion that was never marked. */
export const NOTHING_READ: ReadMark = Object.freeze({ epoch: 0, seq: seq(0) });

export const NOTIFY_LEVELS = ["all", "mentions", "none"] as const;
/** Which messages of a discussion its user wants to be notified of. */
export type NotifyLevel = (typeof NOTIFY_LEVELS)[number];

/** One of a user's records about a discussion, as it stands. Of a type and a discussion there is one. */
export type PersonalRecord =
  | { readonly type: "read"; readonly discussion: DiscussionId } & ReadMark
  | { readonly type: "setting"; readonly discussion: DiscussionId; readonly notify: NotifyLevel };

/**
 * What a user wants one of their records to be. `epoch` is that of the mark which the caller holds; without it, that of the one which
 * stands when it is written.
 */
export type PersonalWish =
  | {
    readonly type: "read" | "unread";
    readonly discussion: DiscussionId;
    readonly seq: Seq;
    readonly epoch?: number | undefined;
  }
  | { readonly type: "setting"; readonly discussion: DiscussionId; readonly notify: NotifyLevel };

/** A record, and its number among the changes of its shard's records. */
export type PersonalChange = PersonalRecord & { readonly rev: Rev };

/** Less than 0: the first mark is the older one. */
export function compareMarks(a: ReadMark, b: ReadMark): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}

/**
 * The wish with the epoch that it is about: done twice, it is then done once. Nobody holds a newer epoch than the one that stands, except in
 * error: it would leave none for others.
 */
export function pinned(wish: PersonalWish, present: PersonalRecord | null): PersonalWish {
  if (wish.type === "setting") return wish;
  const { epoch } = present?.type === "read" ? present : NOTHING_READ;
  return { ...wish, epoch: Math.min(wish.epoch ?? epoch, epoch) };
}

/** The record that stands after a wish that was {@link pinned}: the present one if the wish is stale or changes nothing. */
export function granted(wish: PersonalWish, present: PersonalRecord | null): PersonalRecord {
  const { discussion } = wish;
  switch (wish.type) {
    case "read":
    case "unread": {
      const mark = present?.type === "read" ? present : { type: "read", discussion, ...NOTHING_READ } as const;
      const epoch = (wish.epoch ?? mark.epoch) + (wish.type === "unread" ? 1 : 0);
      const wanted = { type: "read", discussion, epoch, seq: wish.seq } as const;
      return compareMarks(wanted, mark) > 0 ? wanted : mark;
    }
    case "setting":
      return present?.type === "setting" && present.notify === wish.notify
        ? present
        : { type: "setting", discussion, notify: wish.notify };
    default:
      return unreachable(wish);
  }
}
