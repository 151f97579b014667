/** The drafts that answer an event in another stream. */
import type { AddedTo, EventType, LeftGroup, LogEvent, RemovedFrom, RemoveFromDiscussion } from "./events.ts";
import type { DiscussionId, EventId, StreamId, UserId } from "./ids.ts";
import { deriveId, shardOf } from "./ids.ts";
import type { Seq } from "./scalars.ts";

/** The same answer to the same event has the same id, however often it is given (ID1). */
function answerId(event: LogEvent, type: EventType, to: StreamId): EventId {
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

/** Takes a user out of a discussion, if they are still there by the add at `since`. */
export function removal(
  event: LogEvent,
  from: DiscussionId,
  body: { user: UserId; since: Seq },
): RemoveFromDiscussion {
  return { stream: from, id: answerId(event, "remove-member", from), type: "remove-member", version: 1, body };
}
