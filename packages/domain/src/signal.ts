import type { DiscussionId, UserId } from "./ids.ts";
import type { UnixMs } from "./scalars.ts";

/** What people can say of themselves. */
export const PRESENCE_STATUSES = ["online", "away"] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

/**
 * Short-lived news: no event, without a seq, in no log, and the first to be dropped under load (LIVE7). What it says is not to be believed
 * any more after `expiresAt`, unless it is said again.
 */
export type Signal =
  /** Somebody types in a discussion; `on: false`: not any more. */
  | {
    readonly kind: "typing";
    readonly discussion: DiscussionId;
    readonly user: UserId;
    readonly on: boolean;
    readonly expiresAt: UnixMs;
  }
  /** How somebody is there. `lastSeen`, of who is offline: when they were last not, to the minute. */
  | {
    readonly kind: "presence";
    readonly user: UserId;
    readonly status: PresenceStatus | "offline";
    readonly lastSeen?: UnixMs;
    readonly expiresAt: UnixMs;
  };
