import type { Actor, Attachment, ExpungeReason, HistoryFrom, JoinWindow } from "./events.ts";
import type { DiscussionId, EventId, GroupId, MessageId, UserId } from "./ids.ts";
import type { Seq, Sha256, UnixMs } from "./scalars.ts";

/** Raised whenever `evolve` changes what it yields; stored states carry it, and a node never overwrites a newer one (LOG7). */
export const FOLD_VERSION = 3;

/** DISC4; the order is the rank. */
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

// What a state may lack is absent while it is empty, so that stored states are small and equal ones look the same.

/** Who holds the token may join (GRP3). Only while it is good for something: what is revoked or used up is gone. */
export interface Invite {
  readonly id: EventId;
  readonly hash: Sha256;
  readonly by: UserId;
  readonly at: UnixMs;
  readonly expiresAt?: UnixMs;
  readonly maxUses?: number;
  readonly uses: number;
}
/** A discussion that people of the group may join (DISC3), as it was when it was announced. */
export interface OpenDiscussion {
  readonly discussion: DiscussionId;
  readonly name: string;
  readonly size: number;
  readonly at: UnixMs;
  readonly until: UnixMs;
}

/** A group: its people, and who owns it (GRP1–3). */
export interface GroupState {
  readonly kind: "group";
  readonly id: GroupId;
  /** The stream's head. */
  readonly seq: Seq;
  readonly name: string;
  readonly createdAt: UnixMs;
  /** Null once nobody is left: the group is then archived (USR4). */
  readonly owner: UserId | null;
  readonly members: Memberships;
  readonly description?: string;
  readonly avatar?: Attachment;
  readonly direct?: true;
  readonly archived?: true;
  readonly invites?: readonly Invite[];
  /** Those whose window was open when the newest of them was announced. */
  readonly open?: readonly OpenDiscussion[];
}

/** At least so many seconds between two messages of one member, judged against `at` (MOD1). */
export interface SlowMode {
  readonly seconds: number;
  readonly until?: UnixMs;
}
/** A mute or a ban: until then, or until it is taken back. */
export interface Sanction {
  /** The seq of the event that made it. */
  readonly seq: Seq;
  readonly until?: UnixMs;
}
export interface Pin {
  readonly message: MessageId;
  /** The message's seq: who may not see it does not see the pin (VIS4). */
  readonly messageSeq: Seq;
  readonly by: UserId;
  readonly at: UnixMs;
}
/** An open flag (MOD2). */
export interface Flag {
  /** The id of its `flag-message`, and that event's seq: the evidence is the log up to there. */
  readonly id: EventId;
  readonly seq: Seq;
  readonly message: MessageId;
  readonly messageSeq: Seq;
  /** Of the message: on whom it is. */
  readonly author: UserId;
  readonly by: UserId;
  readonly at: UnixMs;
  readonly reason?: string;
}
/** All messages of one author up to a seq count as deleted (MOD1); for who sees the event at `seq`. */
export interface ExpungeMark {
  readonly seq: Seq;
  readonly upToSeq: Seq;
  readonly by: Actor;
  readonly at: UnixMs;
  readonly why: ExpungeReason;
  readonly reason?: string;
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
  readonly description?: string;
  /** Who may rename, describe, pin and add; absent: members. */
  readonly curatedBy?: "moderators";
  readonly join?: JoinWindow;
  readonly continues?: { readonly discussion: DiscussionId; readonly message: MessageId };
  readonly locked?: true;
  readonly slowMode?: SlowMode;
  /** When who sent last, of those who had to wait when slow mode was last counted; only while it holds. */
  readonly lastSent?: Readonly<Record<UserId, UnixMs>>;
  /** Oldest first. */
  readonly pins?: readonly Pin[];
  readonly mutes?: Readonly<Record<UserId, Sanction>>;
  readonly bans?: Readonly<Record<UserId, Sanction>>;
  /** Open ones, oldest first. */
  readonly flags?: readonly Flag[];
  /** By author, oldest first, each reaching further than those before it. */
  readonly expunged?: Readonly<Record<UserId, readonly ExpungeMark[]>>;
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
  /**
   * The seq of the newest event that changed what others are shown. That is all of this stream's numbers that they get: another would tell
   * them of a block (BLK1).
   */
  readonly profileSeq: Seq;
  readonly inbox: Readonly<Record<GroupId, InboxGroup>>;
  readonly about?: string;
  readonly avatar?: Attachment;
  /** Whom this user blocks, in the order of blocking (BLK1). */
  readonly blocks?: readonly UserId[];
  /** When the account was ended (USR4). */
  readonly endedAt?: UnixMs;
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
  /** Of one that a mark made (MOD1). */
  readonly why?: ExpungeReason;
}

export type MessageState = LiveMessage | Tombstone;

/** Resolves what an adder wrote into the first seq that the new member sees. */
export function firstVisible(historyFrom: HistoryFrom, addedAt: Seq): Seq {
  if (historyFrom === "all") return 1 as Seq;
  return historyFrom === "now" ? addedAt : historyFrom;
}
