/** What the lists need, what they give to whoever keeps them current, and what they show. @module */
import type { DiscussionId, FeedItem, Incarnation, NotifyLevel, ReadMark, ShardNumber, UserId } from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { DiscussionRow, GroupRow, Server, UserView } from "../server/contract.ts";
import type { Change, Store } from "../store/contract.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

/** A number that was counted to a bound: with `more` it is at least that. */
export interface Count {
  readonly count: number;
  readonly more: boolean;
}

/** A discussion of the list, as `discussions.byUser` shows it; what its user has just marked is in it. */
export type ListRow = DiscussionRow;

/** The user's discussions, as far as they are here. */
export interface DiscussionList {
  /** Latest activity first; behind these those that are known by their id alone. */
  readonly rows: readonly ListRow[];
  /** Of the rows. */
  readonly totals: {
    /** That the user is in; `more`: the list is not whole yet. */
    readonly discussions: Count;
    /** With something unread. */
    readonly unread: Count;
    readonly mentions: Count;
  };
  /** Whether all of the user's discussions are in it. */
  readonly isWhole: boolean;
  /** Shards that did not answer when the list was read: there may be discussions on them that are not in it. */
  readonly unavailable: readonly ShardNumber[];
}

/** The user's groups, as far as they are here. */
export interface GroupList {
  /** Latest activity first; behind these those that are known by their id alone. */
  readonly rows: readonly GroupRow[];
  readonly isWhole: boolean;
  readonly unavailable: readonly ShardNumber[];
}

/** `unknown`: the server has not been asked yet, or has not answered. */
export type Person = UserView | { readonly kind: "unknown"; readonly id: UserId };

/** How somebody is there. `unknown`: nothing was heard of them lately. */
export type Presence =
  | { readonly status: "online" | "away" | "unknown" }
  | { readonly status: "offline"; readonly lastSeen?: number };

/** What the user wants their own records to be, and the server has not confirmed yet: it is shown at once. */
export interface MarkWish {
  /** As it is to stand: "mark unread" has an epoch more than what stood (READ1). */
  readonly mark?: ReadMark;
  readonly notify?: NotifyLevel;
}

export interface ListsOptions {
  readonly viewer: UserId;
  readonly server: Pick<Server, "discussions" | "rows" | "groups" | "groupRows" | "people" | "open">;
  readonly store: Pick<Store, "get" | "list">;
  readonly wishes: Observable<ReadonlyMap<DiscussionId, MarkWish>>;
  /** There is something to {@link Listing.drain} that no frame has brought. */
  readonly onChange: () => void;
  readonly timing: Timing;
}

/** One that is kept current from the feed and by asking, and written by whoever holds the cursor. */
export interface Listing {
  /** What the store holds; before anything else. */
  load(): Promise<void>;
  /** All items of a frame, in order; those that are of no concern are passed over. Shows what comes of it once. */
  take(items: readonly FeedItem[]): void;
  /**
   * Whether the server can be asked. Each time it can again, the first pages are read beside the feed; the first time of all, the rest too.
   */
  connected(connected: boolean): void;
  /** What has changed since it was last asked, to be written together with the cursor that it is implied by. */
  drain(): readonly Change[];
  /** Another life of the installation (LOG9): forgets everything. What is stored is for the caller to delete. */
  reset(): void;
  /** It asks nothing any more, and what it shows ends. */
  close(): void;
}

/** Where a feed may begin that has no cursor yet (LIVE3). */
export interface Beginning {
  readonly incarnation: Incarnation;
  readonly cursor: string;
}
export type Begun = Beginning | Trouble;
