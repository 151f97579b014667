import type { AnyEventId } from "./ids.ts";
import type { Seq, UnixMs } from "./scalars.ts";

/** Why a draft is refused for good. Expected refusals are values; every code is reachable (tests). */
export const REJECTION_CODES = [
  "NotFound", // no such stream or target, or one that the actor may not see (VIS3, MSG5)
  "NotMember", // the actor has left, or was removed
  "Forbidden", // the actor is a member, and may not do this
  "AlreadyExists", // a `create` or `register` for a stream that has begun
  "WrongShard", // a new group or discussion minted on a shard that is not the maker's (ID4); detail {use}
  "EventIdReused", // the id was accepted with other content (LOG2)
  "TextTooLong", // detail {limit, unit}
  "TextMalformed", // U+0000 or lone surrogates
  "EmptyMessage", // neither text nor attachment
  "TooManyAttachments",
  "TooManyMentions",
  "UnknownBlob", // an attachment whose hash the server does not hold (BLOB1)
  "ReplyElsewhere", // replyTo is not a message of this discussion that the actor may see
  "StaleEdit", // baseRevision is not the present one (MSG2); detail {revision}
  "MessageDeleted", // the target is a tombstone
  "NotYourMessage", // an edit by someone else
  "NotAnEmoji", // not one grapheme cluster in NFC that is an emoji (MSG4)
  "TooManyEmoji",
  "NoChange", // a change that changes nothing (MSG5)
  "NameInvalid", // empty, too long, malformed
  "ReasonTooLong",
  "HistoryNotYours", // granting more history than the actor sees (VIS1)
  "GroupFull", // detail {limit}
  "NobodyAddable", // nobody of those named could be added; detail {skipped}
  "OwnerMustHandOver", // a group's owner leaves (GRP2)
  "Muted", // the actor may not speak here; detail {until?}
  "Locked", // the discussion is read-only
  "Banned", // who joins is banned from the discussion
  "NotJoinable", // the discussion has no join window that is open (DISC3)
  "TooManyPins", // detail {limit}
  "TooManyFlags", // open ones of one discussion, or of one flagger there; detail {limit}
  "TooManyPurges", // detail {limit}
  "InviteInvalid", // no such invite, or it is used up, over or revoked (GRP3)
  "TooManyInvites", // detail {limit}
  "DirectGroup", // a direct group is of its two people, for ever (GRP1)
  "Archived", // nothing begins in an archived group
  "TooManyBlocks", // detail {limit}
  "AccountEnded", // the actor's account is over (USR4)
  "PeriodInvalid", // an end that is not later than now, or a period beyond the bounds
  "Superseded", // a removal whose membership began elsewhere (FACT2)
  "Closed", // the discussion is closed, or nobody is left in it
  "SystemOnly", // a user's draft of an event that only gatz itself makes
  "Malformed", // the draft's shape is wrong (field says where)
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Rejection {
  kind: "rejected";
  code: RejectionCode;
  /** The offending field of the draft, as a path like `body.text`. */
  field?: string;
  detail?: { readonly [key: string]: Json };
}

export type NotNowReason = "Busy" | "Unavailable" | "RateLimited" | "Draining";

/** Try again later, with the same id: nothing was decided. */
export interface NotNow {
  kind: "not-now";
  reason: NotNowReason;
  retryAfterMs: number;
  limiter?: string;
}

export interface Ack {
  kind: "accepted" | "duplicate";
  id: AnyEventId;
  seq: Seq;
  at: UnixMs;
}

/** Every draft ends in exactly one of these (LOG4). `unknown`: the answer was lost, offer the same id again. */
export type Outcome = Ack | Rejection | NotNow | { kind: "unknown" };
