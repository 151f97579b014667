import { assert, unreachable } from "../asserts.ts";
import type { CreateGroup, EventOf, GroupEvent } from "../events.ts";
import { addedUsers, firstMembers, person, withAdded, withEnded } from "../stays.ts";
import type { GroupState } from "../state.ts";

/** A group after an event of it. A log begins with `create`. */
export function evolveGroup(state: GroupState | null, event: GroupEvent): GroupState {
  if (event.type === "create") return begin(state, event);
  assert(state !== null, `a group's log begins with create, not with ${event.type}`);
  const { seq } = event;
  switch (event.type) {
    case "add-members": {
      const users = addedUsers(event.body.users, event.decided);
      const members = withAdded(state.members, users, { seq, historyFrom: event.body.historyFrom });
      return { ...state, seq, members };
    }
    case "remove-member":
      return { ...state, seq, members: withEnded(state.members, event.body.user, seq) };
    case "leave":
      return { ...state, seq, members: withEnded(state.members, person(event.actor), seq) };
    default:
      return unreachable(event);
  }
}

function begin(state: GroupState | null, event: EventOf<CreateGroup>): GroupState {
  assert(state === null, "a group is created once");
  const { stream, seq, at, body, decided } = event;
  const owner = person(event.actor);
  const members = firstMembers(owner, body.members, decided);
  return { kind: "group", id: stream, seq, name: body.name, createdAt: at, owner, members };
}
