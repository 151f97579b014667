import { assert, unreachable } from "../asserts.ts";
import type { CreateDiscussion, DiscussionEvent, EventOf } from "../events.ts";
import type { UserId } from "../ids.ts";
import { addedUsers, firstMembers, heir, person, withAdded, withEnded, withRole } from "../stays.ts";
import type { DiscussionState } from "../state.ts";

/** A discussion after an event of it; its messages are folded by `evolveMessage`. A log begins with `create`. */
export function evolveDiscussion(state: DiscussionState | null, event: DiscussionEvent): DiscussionState {
  if (event.type === "create") return begin(state, event);
  assert(state !== null, `a discussion's log begins with create, not with ${event.type}`);
  const { seq } = event;
  switch (event.type) {
    case "new-message":
      return { ...state, seq, messages: state.messages + 1 };
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return { ...state, seq };
    case "add-members": {
      const users = addedUsers(event.body.users, event.decided);
      const members = withAdded(state.members, users, { seq, historyFrom: event.body.historyFrom });
      return { ...state, seq, members };
    }
    case "remove-member":
      return without(event.body.user, { ...state, seq });
    case "leave":
      return without(person(event.actor), { ...state, seq });
    default:
      return unreachable(event);
  }
}

function begin(state: DiscussionState | null, event: EventOf<CreateDiscussion>): DiscussionState {
  assert(state === null, "a discussion is created once");
  const { stream, seq, at, body, decided } = event;
  const owner = person(event.actor);
  return {
    kind: "discussion",
    id: stream,
    seq,
    group: body.group,
    name: body.name,
    createdAt: at,
    owner,
    closed: false,
    messages: 0,
    members: firstMembers(owner, body.members, decided),
  };
}

/** Ends a user's stay at the state's seq. When the owner goes, ownership passes; with nobody left the discussion closes (FACT2). */
function without(user: UserId, state: DiscussionState): DiscussionState {
  const members = withEnded(state.members, user, state.seq);
  if (user !== state.owner) return { ...state, members };
  const owner = heir(members);
  if (owner === null) return { ...state, members, owner, closed: true };
  return { ...state, members: withRole(members, owner, "owner"), owner };
}
