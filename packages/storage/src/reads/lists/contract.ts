/** A user's lists, as storage gives them (USR3). @module */
import type {
  DiscussionId,
  GroupId,
  Interval,
  NotifyLevel,
  Position,
  ReadMark,
  Rev,
  Role,
  Sanction,
  Seq,
  ShardNumber,
  ShownMessage,
  UnixMs,
  UserId,
} from "@gatz/domain";

/** A number that was counted to a bound: with `more` it is at least that. */
export interface Count {
  readonly count: number;
  readonly more: boolean;
}

/** One of a user's discussions, for lists: for who has left, as it stood then (VIS4). */
export interface DiscussionRow {
  discussion: DiscussionId;
  group: GroupId;
  name: string;
  closed: boolean;
  locked?: true;
  /** The user's own; null for who has left. */
  role: Role | null;
  /** The user's own mute, whether it has run out or not. */
  muted?: Sanction;
  memberCount: number;
  intervals: readonly Interval[];
  /** The head that this viewer sees, and the shard's time of it. */
  head: Seq;
  lastAt: UnixMs;
  /** The newest message that the viewer may see, as the viewer sees it. */
  preview: ShownMessage | null;
  /** Null: the user's own shard does not answer; then nobody knows what is unread. */
  mark: ReadMark | null;
  unread: Count | null;
  /** Who wrote those of the counted that mention the user: one entry a message. */
  mentionedBy: readonly UserId[];
  /** The user's setting, if they made one. */
  notify?: NotifyLevel;
}

/** What is unread in a user's newest discussions. */
export interface ListSum {
  /** Discussions with something unread; `more`: there are discussions beyond those that were looked at. */
  readonly unread: Count;
  /** As in a {@link DiscussionRow}, of all of them; and whether there are more in one of them. */
  readonly mentionedBy: readonly UserId[];
  readonly moreMentions: boolean;
}

export interface DiscussionList {
  rows: readonly DiscussionRow[];
  /** Discussions that the user is in, on shards that did not answer: at most a page of them, by id. */
  missing: readonly { readonly discussion: DiscussionId; readonly group: GroupId }[];
  /** Shards that did not answer. */
  unavailable: readonly ShardNumber[];
  /** Positions of the snapshots that were read, of every shard concerned that answered: this is a feed's cursor too (LIVE3). */
  asOf: ReadonlyMap<ShardNumber, Position>;
  /** What the user's personal records are at least at, for a feed's cursor; null if their own shard did not answer. */
  rev: Rev | null;
  /** Whom the user blocks. Null, as the next two: their own shard did not answer. */
  blocks: readonly UserId[] | null;
  /** How many discussions the user is in. */
  discussions: Count | null;
  /** Of the newest fifty discussions; null also on pages after the first. */
  sum: ListSum | null;
  /** Opaque; null when there is no more. */
  next: { lastAt: UnixMs; discussion: DiscussionId } | null;
}

/** Rows of discussions that were asked for by id, in no order. */
export interface DiscussionRows extends Pick<DiscussionList, "rows" | "unavailable" | "blocks"> {
  /** What the marks in the rows are at least at; null if the user's own shard did not answer. */
  rev: Rev | null;
}

/** Where a user's groups stand, newest activity first; what they are is read by id. */
export interface GroupList extends Pick<DiscussionList, "unavailable" | "asOf" | "rev"> {
  groups: readonly { readonly group: GroupId; readonly lastAt: UnixMs }[];
  /** Groups that the user is in, on shards that did not answer: at most a page of them, by id. */
  missing: readonly GroupId[];
  next: { lastAt: UnixMs; group: GroupId } | null;
}

export interface GroupListPage {
  limit: number;
  before?: NonNullable<GroupList["next"]>;
}

/** Where a page of a list begins: behind the last row of the page before. */
export interface ListPage {
  limit: number;
  before?: NonNullable<DiscussionList["next"]>;
}
