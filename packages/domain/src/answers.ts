/** The drafts that answer an event in another stream. */
import type {
  AddedTo,
  Continued,
  DiscussionOpen,
  EventType,
  Expunge,
  LeftGroup,
  LogEvent,
  RemovedFrom,
  RemoveFromDiscussion,
  RemoveFromGroup,
} from "./events.ts";
import type { DiscussionId, EventId, GroupId, StreamId, UserId } from "./ids.ts";
import { deriveId, shardOf } from "./ids.ts";
import type { Seq } from "./scalars.ts";
import { seq } from "./scalars.ts";
import { isGroupStream } from "./streams.ts";

/** The same answer to the same event has the same id, however often it is given (ID1). */
export function answerId(event: Pick<LogEvent, "id">, type: EventType, to: StreamId): EventId {
  return deriveId("evt", shardOf(to), "effect", event.id, type, to);
}

export function addedTo(event: LogEvent, user: UserId, body: AddedTo["body"]): AddedTo {
  return { stream: user, id: answerId(event, "added-to", user), type: "added-to", version: 1, body };
}

export function removedFrom(event: LogEvent, user: UserId, body: RemovedFrom["body"]): RemovedFrom {
  return { stream: user, id: answerId(event, "removed-from", user), type: "removed-from", version: 1, body };
}

export function leftGroup(event: LogEvent, user: UserId, body: LeftGroup["body"]): LeftGroup {
  return { stream: user, id: answerId(event, "left-group", user), type: "left-group", version: 1, body };
}

/** Takes a user out of a group or discussion, if they are still there by the add at `since`. */
export function removal(
  event: LogEvent,
  from: GroupId | DiscussionId,
  body: { user: UserId; since: Seq },
): RemoveFromDiscussion | RemoveFromGroup {
  const rest = {
    id: answerId(event, "remove-member", from),
    type: "remove-member" as const,
    version: 1 as const,
    body,
  };
  return isGroupStream(from) ? { stream: from, ...rest } : { stream: from, ...rest };
}

/** All that a user ever wrote in a discussion, when their account ends (USR4). */
export function erasure(event: LogEvent, from: DiscussionId, author: UserId): Expunge {
  const body = { author, upToSeq: LAST_SEQ, why: "erase" as const };
  return { stream: from, id: answerId(event, "expunge", from), type: "expunge", version: 1, body };
}

/** Tells a group that people of it may join a discussion (DISC3). */
export function discussionOpen(event: LogEvent, to: GroupId, body: DiscussionOpen["body"]): DiscussionOpen {
  return { stream: to, id: answerId(event, "discussion-open", to), type: "discussion-open", version: 1, body };
}

/** Tells a discussion that another one goes on from one of its messages (DISC3). */
export function continued(event: LogEvent, to: DiscussionId, body: Continued["body"]): Continued {
  return { stream: to, id: answerId(event, "continued", to), type: "continued", version: 1, body };
}

/** The largest that the log can hold: seqs are 32-bit integers there. */
const LAST_SEQ = seq(2 ** 31 - 1);
