import { assert, unreachable } from "../asserts.ts";
import type { CreateDiscussion, DiscussionEvent, EventOf, NewMessage, SetDiscussionRole } from "../events.ts";
import { withField } from "../fields.ts";
import type { UserId } from "../ids.ts";
import type { DiscussionState } from "../state.ts";
import { addedUsers, firstMembers, handedOver, heir, person, withAdded, withEnded, withRole } from "../stays.ts";
import { isInForce } from "./authority.ts";
import { evolveModeration } from "./evolve_moderation.ts";
import { stillWaiting } from "./pace.ts";

/** A discussion after an event of it; its messages are folded by `evolveMessage`. A log begins with `create`. */
export function evolveDiscussion(state: DiscussionState | null, event: DiscussionEvent): DiscussionState {
  if (event.type === "create") return begin(state, event);
  assert(state !== null, `a discussion's log begins with create, not with ${event.type}`);
  const { seq } = event;
  switch (event.type) {
    case "new-message":
      return sent({ ...state, seq, messages: state.messages + 1 }, event);
    case "edit-message":
    case "react-to-message":
    case "continued":
      return { ...state, seq };
    case "rename":
      return { ...state, seq, name: event.body.name };
    case "describe":
      return described({ ...state, seq }, event.body);
    case "add-members": {
      const users = addedUsers(event.body.users, event.decided);
      const members = withAdded(state.members, users, { seq, historyFrom: event.body.historyFrom });
      return { ...state, seq, members };
    }
    case "join": {
      const historyFrom = state.join?.historyFrom ?? "now";
      return { ...state, seq, members: withAdded(state.members, [person(event.actor)], { seq, historyFrom }) };
    }
    case "leave":
      return gone(person(event.actor), { ...state, seq });
    case "set-role":
      return ranked({ ...state, seq }, event.body);
    case "remove-member":
    case "ban-member":
      return gone(event.body.user, evolveModeration({ ...state, seq }, event));
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
    case "delete-message":
      return evolveModeration({ ...state, seq }, event);
    default:
      return unreachable(event);
  }
}

function begin(state: DiscussionState | null, event: EventOf<CreateDiscussion>): DiscussionState {
  assert(state === null, "a discussion is created once");
  const { stream, seq, at, body, decided } = event;
  const { group, name, description, curatedBy, join, continues } = body;
  const owner = person(event.actor);
  return {
    kind: "discussion",
    id: stream,
    seq,
    group,
    name,
    createdAt: at,
    owner,
    closed: false,
    messages: 0,
    members: firstMembers(owner, body.members, decided),
    ...(description !== undefined && { description }),
    ...(curatedBy !== undefined && { curatedBy }),
    ...(join !== undefined && { join }),
    ...(continues !== undefined && { continues }),
  };
}

/** While slow mode holds, the state knows who has to wait. */
function sent(state: DiscussionState, { actor, at }: EventOf<NewMessage>): DiscussionState {
  if (state.slowMode === undefined) return state;
  if (!isInForce(state.slowMode, at)) return withField(state, "lastSent", undefined);
  return { ...state, lastSent: { ...stillWaiting(state, at), [person(actor)]: at } };
}

function described(
  state: DiscussionState,
  { description, curatedBy }: { description?: string; curatedBy?: "members" | "moderators" },
): DiscussionState {
  let next = state;
  if (description !== undefined) next = withField(next, "description", description === "" ? undefined : description);
  if (curatedBy === undefined) return next;
  return withField(next, "curatedBy", curatedBy === "members" ? undefined : curatedBy);
}

function ranked(state: DiscussionState, { user, role }: SetDiscussionRole["body"]): DiscussionState {
  if (role !== "owner") return { ...state, members: withRole(state.members, user, role) };
  return { ...state, owner: user, members: handedOver(state.members, { from: state.owner, to: user }) };
}

/** Ends a user's stay at the state's seq. When the owner goes, ownership passes; with nobody left the discussion closes (FACT2). */
function gone(user: UserId, state: DiscussionState): DiscussionState {
  const members = withEnded(state.members, user, state.seq);
  if (user !== state.owner) return { ...state, members };
  const owner = heir(members);
  if (owner === null) return { ...state, members, owner, closed: true };
  return { ...state, members: withRole(members, owner, "owner"), owner };
}
