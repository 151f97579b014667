/** What the directory offers: the few unsharded tables (SHARD4). @module */
import type { ShardNumber, UnixMs, UserId } from "@gatz/domain";

export interface DirectoryUser {
  id: UserId;
  /** Their handle now; null if their account has ended. */
  handle: string | null;
  /** Whether the handle that was asked for is one that they had before. */
  isRedirect: boolean;
}

export type HandleClaim =
  | { kind: "granted" }
  /** It is, or looks like one that is, somebody else's; who that is, if it was not claimed this very moment. */
  | { kind: "taken"; by: UserId | null }
  /** So many past handles lead to this user that there is no other for now. */
  | { kind: "too-many"; retryAfterMs: number };

/** The few unsharded tables (SHARD4). Every method throws `DirectoryUnavailable` when the directory does not answer. */
export interface Directory {
  /**
   * Grants a handle in one statement (USR2); the user's one before it leads to them for a while. The same user asking again for the same
   * handle is granted again.
   */
  claimHandle(handle: string, user: UserId): Promise<HandleClaim>;
  userByHandle(handle: string): Promise<DirectoryUser | null>;
  /** After an account's end at `at`: its log-in sessions are gone, its handle is free after a while (USR4). Doing it again changes nothing. */
  endAccount(user: UserId, end: { at: UnixMs }): Promise<void>;
  /**
   * The shard a user's new groups and discussions start on, and those that were it before. Cached; the cache serves while the directory is
   * down, but not with `anew`.
   */
  home(user: UserId, options?: { anew?: boolean }): Promise<{ home: ShardNumber; past: readonly ShardNumber[] }>;
  setHome(user: UserId, home: ShardNumber): Promise<void>;
  /** Sets the home of a user for whom none was ever set; says whether it did. */
  setFirstHome(user: UserId, home: ShardNumber): Promise<boolean>;
  /** Records a log-in session, by the hash of its token. */
  saveSession(session: { id: string; user: UserId; expiresAt: UnixMs }): Promise<void>;
}
