import { addedTo, removedFrom } from "../answers.ts";
import { assert, unreachable } from "../asserts.ts";
import type { DiscussionEvent, Draft } from "../events.ts";
import type { GroupId, UserId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import { addedUsers, person } from "../stays.ts";
import { isGroupStream } from "../streams.ts";

/** A discussion tells each person added or removed, in their own stream (FACT2). */
export function effectsOfDiscussion(event: DiscussionEvent): readonly Draft[] {
  switch (event.type) {
    case "create":
      return tellAdded(event, [...new Set([person(event.actor), ...addedUsers(event.body.members, event.decided)])]);
    case "add-members":
      return tellAdded(event, addedUsers(event.body.users, event.decided));
    case "remove-member":
      return [tellRemoved(event, event.body.user)];
    case "leave":
      return [tellRemoved(event, person(event.actor))];
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return [];
    default:
      return unreachable(event);
  }
}

function tellAdded(event: DiscussionEvent, users: readonly UserId[]): readonly Draft[] {
  const { stream, seq, actor: by } = event;
  const { group, groupSeq } = groupRead(event);
  return users.map((user) => addedTo(event, user, { stream, seq, group, groupSeq, by }));
}

function tellRemoved(event: DiscussionEvent, user: UserId): Draft {
  return removedFrom(event, user, { stream: event.stream, seq: event.seq });
}

/** The group as it was read for the decision: every adding stands on it. */
function groupRead(event: DiscussionEvent): { group: GroupId; groupSeq: Seq } {
  for (const { stream, seq } of event.decided.basis ?? []) {
    if (isGroupStream(stream)) return { group: stream, groupSeq: seq };
  }
  assert(false, `${event.type} ${event.id} was decided without its group`);
}
