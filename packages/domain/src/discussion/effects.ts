import { addedTo, continued, discussionOpen, removedFrom } from "../answers.ts";
import { assert, unreachable } from "../asserts.ts";
import type { CreateDiscussion, DiscussionEvent, Draft, EventOf } from "../events.ts";
import type { GroupId, UserId } from "../ids.ts";
import type { Seq } from "../scalars.ts";
import { addedUsers, person } from "../stays.ts";
import { isGroupStream } from "../streams.ts";

/** A discussion tells each person added or removed, in their own stream (FACT2). */
export function effectsOfDiscussion(event: DiscussionEvent): readonly Draft[] {
  switch (event.type) {
    case "create":
      return tellBegun(event);
    case "join":
      return tellAdded(event, [person(event.actor)]);
    case "add-members":
      return tellAdded(event, addedUsers(event.body.users, event.decided));
    case "remove-member":
    case "ban-member": // of who is no member, it answers nothing there
      return [tellRemoved(event, event.body.user)];
    case "leave":
      return [tellRemoved(event, person(event.actor))];
    case "rename":
    case "describe":
    case "set-role":
    case "pin-message":
    case "unpin-message":
    case "lock":
    case "unlock":
    case "close":
    case "reopen":
    case "mute-member":
    case "unmute-member":
    case "unban-member":
    case "set-slow-mode":
    case "flag-message":
    case "resolve-flag":
    case "expunge":
    case "continued":
    case "new-message":
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return [];
    default:
      return unreachable(event);
  }
}

/** Its first members; the group, if its people may join; the discussion that it goes on from. */
function tellBegun(event: EventOf<CreateDiscussion>): readonly Draft[] {
  const { stream: discussion, body: { group, name, join, continues } } = event;
  const members = [...new Set([person(event.actor), ...addedUsers(event.body.members, event.decided)])];
  const open = join && { discussion, name, size: members.length, until: join.until };
  return [
    ...tellAdded(event, members),
    ...(open === undefined ? [] : [discussionOpen(event, group, open)]),
    ...(continues === undefined
      ? []
      : [continued(event, continues.discussion, { target: continues.message, discussion })]),
  ];
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
