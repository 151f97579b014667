import { addedTo, leftGroup } from "../answers.ts";
import { assert, unreachable } from "../asserts.ts";
import type { Actor, Draft, EventOf, GroupEvent, JoinByInvite } from "../events.ts";
import type { UserId } from "../ids.ts";
import { addedUsers, person } from "../stays.ts";
import { isUserStream } from "../streams.ts";

/** A group tells each person added or gone, in their own stream (FACT2). */
export function effectsOfGroup(event: GroupEvent): readonly Draft[] {
  switch (event.type) {
    case "create":
      return tellAdded(event, [...new Set([person(event.actor), ...addedUsers(event.body.members, event.decided)])]);
    case "add-members":
      return tellAdded(event, addedUsers(event.body.users, event.decided));
    case "join-by-invite":
      return tellAdded(event, [person(event.actor)], inviter(event));
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

function tellAdded(event: GroupEvent, users: readonly UserId[], by: Actor = event.actor): readonly Draft[] {
  const { stream, seq } = event;
  return users.map((user) => addedTo(event, user, { stream, seq, group: stream, groupSeq: seq, by }));
}

/** Who made the invite brings in whoever joins by it: on their stream it was decided. */
function inviter({ id, decided }: EventOf<JoinByInvite>): UserId {
  const by = decided.basis?.map(({ stream }) => stream).find(isUserStream);
  assert(by !== undefined, `join-by-invite ${id} was decided without its inviter`);
  return by;
}

function tellLeft(event: GroupEvent, user: UserId): Draft {
  return leftGroup(event, user, { group: event.stream, groupSeq: event.seq });
}
