import type { Actor, Attachment, HistoryFrom } from "./events.ts";
import type { DiscussionId, GroupId, MessageId, UserId } from "./ids.ts";
import type { Seq, UnixMs } from "./scalars.ts";

/** Raised whenever `evolve` changes what it yields; stored states carry it, and a node never overwrites a newer one (LOG7). */
export const FOLD_VERSION = 1;

/** Roles beyond owner and member come with moderation (DISC4); the order is the rank. */
export type Role = "owner" | "moderator" | "member";

/**
 * One stay of a user in a stream (VIS1). It lets see the seqs from `historyFrom` to `left` (open end: to the head), both included.
 */
export interface Interval {
  /** The seq of the event that began it. */
  readonly from: Seq;
  /** The first seq that it lets see: `all` is 1, `now` is `from`. */
  readonly historyFrom: Seq;
  readonly role: Role;
  /** The seq of the event that ended it. */
  readonly left?: Seq;
}

/** All stays of all who ever were members, oldest first; only the last may be open. */
export type Memberships = Readonly<Record<UserId, readonly Interval[]>>;

/** A group: its people, and who owns it (GRP1–2). */
export interface GroupState {
  readonly kind: "group";
  readonly id: GroupId;
  /** The stream's head. */
  readonly seq: Seq;
  readonly name: string;
  readonly createdAt: UnixMs;
  readonly owner: UserId;
  readonly members: Memberships;
}

/** A discussion without its messages, which are folded one by one (DISC1). */
export interface DiscussionState {
  readonly kind: "discussion";
  readonly id: DiscussionId;
  readonly seq: Seq;
  readonly group: GroupId;
  readonly name: string;
  readonly createdAt: UnixMs;
  /** Null once nobody is left: the discussion is then closed (FACT2). */
  readonly owner: UserId | null;
  readonly closed: boolean;
  /** How many `new-message` events it has had. */
  readonly messages: number;
  readonly members: Memberships;
}

/** What a user's stream knows of one membership: an `added-to`, and whether it has ended since. */
export interface InboxEntry {
  /** The seq, in the other stream, of the add. */
  readonly seq: Seq;
  readonly groupSeq: Seq;
  readonly by: Actor;
  /** The seq, in the other stream, of the removal (for `left-group`: the group's seq). */
  readonly ended?: Seq;
}

/** One group as a user's stream knows it: the group's own entry and its discussions', and the newest `left-group`. */
export interface InboxGroup {
  readonly leftAt?: Seq;
  readonly streams: Readonly<Record<GroupId | DiscussionId, InboxEntry>>;
}

/** A user, and what they are in, as their own stream knows it (FACT2). */
export interface UserState {
  readonly kind: "user";
  readonly id: UserId;
  readonly seq: Seq;
  readonly handle: string;
  readonly name: string;
  readonly createdAt: UnixMs;
  readonly inbox: Readonly<Record<GroupId, InboxGroup>>;
}

export type StreamState = UserState | GroupState | DiscussionState;

/** One person's reaction; the state keeps them in the order of `seq`, so an emoji's place is that of its first remaining user (MSG4). */
export interface Reaction {
  readonly emoji: string;
  readonly user: UserId;
  readonly seq: Seq;
}

interface MessageBase {
  readonly id: MessageId;
  readonly discussion: DiscussionId;
  readonly seq: Seq;
  readonly author: UserId;
  readonly at: UnixMs;
  readonly replyTo?: MessageId;
  readonly replyToSeq?: Seq;
  /** How many times it was edited. */
  readonly revision: number;
  /** The seq of the last edit, or of the deletion; its own seq before any. Reactions do not move it. */
  readonly changedSeq: Seq;
}

/** A message that was not deleted, as its last edit left it (MSG1–4). */
export interface LiveMessage extends MessageBase {
  readonly kind: "live";
  readonly text: string;
  readonly mentions: readonly UserId[];
  readonly attachments: readonly Attachment[];
  readonly editedAt?: UnixMs;
  readonly reactions: readonly Reaction[];
}

/** What deleting leaves (MSG3): no text, no reactions, and nothing revives it. */
export interface Tombstone extends MessageBase {
  readonly kind: "deleted";
  readonly by: Actor;
  readonly deletedAt: UnixMs;
  readonly reason?: string;
}

export type MessageState = LiveMessage | Tombstone;

/** Resolves what an adder wrote into the first seq that the new member sees. */
export function firstVisible(historyFrom: HistoryFrom, addedAt: Seq): Seq {
  if (historyFrom === "all") return 1 as Seq;
  return historyFrom === "now" ? addedAt : historyFrom;
}
