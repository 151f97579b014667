import { addedTo, leftGroup } from "../answers.ts";
import { unreachable } from "../asserts.ts";
import type { Draft, GroupEvent } from "../events.ts";
import type { UserId } from "../ids.ts";
import { addedUsers, person } from "../stays.ts";

/** A group tells each person added or gone, in their own stream (FACT2). */
export function effectsOfGroup(event: GroupEvent): readonly Draft[] {
  switch (event.type) {
    case "create":
      return tellAdded(event, [...new Set([person(event.actor), ...addedUsers(event.body.members, event.decided)])]);
    case "add-members":
      return tellAdded(event, addedUsers(event.body.users, event.decided));
    case "join-by-invite":
      return tellAdded(event, [person(event.actor)]);
    case "rename":
    case "describe":
    case "set-avatar":
    case "set-role":
    case "transfer-ownership":
    case "create-invite":
    case "revoke-invite":
    case "discussion-open":
    case "archive":
      return [];
    case "remove-member":
      return [tellLeft(event, event.body.user)];
    case "leave":
      return [tellLeft(event, person(event.actor))];
    default:
      return unreachable(event);
  }
}

function tellAdded(event: GroupEvent, users: readonly UserId[]): readonly Draft[] {
  const { stream, seq, actor: by } = event;
  return users.map((user) => addedTo(event, user, { stream, seq, group: stream, groupSeq: seq, by }));
}

function tellLeft(event: GroupEvent, user: UserId): Draft {
  return leftGroup(event, user, { group: event.stream, groupSeq: event.seq });
}
