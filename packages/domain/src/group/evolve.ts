import { assert, unreachable } from "../asserts.ts";
import type { CreateGroup, CreateInvite, DiscussionOpen, EventOf, GroupEvent } from "../events.ts";
import { withField } from "../fields.ts";
import type { EventId, UserId } from "../ids.ts";
import type { GroupState, Invite } from "../state.ts";
import { addedUsers, firstMembers, handedOver, heir, person, withAdded, withEnded, withRole } from "../stays.ts";

/** A group after an event of it. A log begins with `create`. */
export function evolveGroup(state: GroupState | null, event: GroupEvent): GroupState {
  if (event.type === "create") return begin(state, event);
  assert(state !== null, `a group's log begins with create, not with ${event.type}`);
  const { seq } = event;
  switch (event.type) {
    case "rename":
      return { ...state, seq, name: event.body.name };
    case "describe":
      return withField({ ...state, seq }, "description", event.body.description || undefined);
    case "set-avatar":
      return withField({ ...state, seq }, "avatar", event.body.avatar ?? undefined);
    case "add-members": {
      const users = addedUsers(event.body.users, event.decided);
      const members = withAdded(state.members, users, { seq, historyFrom: event.body.historyFrom });
      return { ...state, seq, members };
    }
    case "remove-member":
      return gone(event.body.user, { ...state, seq });
    case "leave":
      return gone(person(event.actor), { ...state, seq });
    case "set-role":
      return { ...state, seq, members: withRole(state.members, event.body.user, event.body.role) };
    case "transfer-ownership": {
      const { to } = event.body;
      return { ...state, seq, owner: to, members: handedOver(state.members, { from: state.owner, to }) };
    }
    case "create-invite":
      return invited({ ...state, seq }, event);
    case "revoke-invite":
      return withField({ ...state, seq }, "invites", state.invites?.filter(({ id }) => id !== event.body.invite));
    case "join-by-invite": {
      const members = withAdded(state.members, [person(event.actor)], { seq, historyFrom: "now" });
      return used(event.body.invite, { ...state, seq, members });
    }
    case "discussion-open":
      return opened({ ...state, seq }, event);
    case "archive":
      return { ...state, seq, archived: true };
    default:
      return unreachable(event);
  }
}

function begin(state: GroupState | null, event: EventOf<CreateGroup>): GroupState {
  assert(state === null, "a group is created once");
  const { stream, seq, at, body, decided } = event;
  const { name, description, direct } = body;
  const owner = person(event.actor);
  return {
    kind: "group",
    id: stream,
    seq,
    name,
    createdAt: at,
    owner,
    members: firstMembers(owner, body.members, decided),
    ...(description !== undefined && { description }),
    ...(direct !== undefined && { direct }),
  };
}

/** Ends a user's stay at the state's seq. When the owner goes, ownership passes; with nobody left the group is archived (USR4). */
function gone(user: UserId, state: GroupState): GroupState {
  const members = withEnded(state.members, user, state.seq);
  if (user !== state.owner) return { ...state, members };
  const owner = heir(members);
  if (owner === null) return { ...state, members, owner, archived: true };
  return { ...state, members: withRole(members, owner, "owner"), owner };
}

/** Those that had run out when this one was made are forgotten. */
function invited(state: GroupState, event: EventOf<CreateInvite>): GroupState {
  const open = (state.invites ?? []).filter(({ expiresAt }) => expiresAt === undefined || event.at < expiresAt);
  return { ...state, invites: [...open, inviteOf(event)] };
}

function inviteOf({ id, actor, at, body: { hash, expiresAt, maxUses } }: EventOf<CreateInvite>): Invite {
  return {
    ...{ id, hash, by: person(actor), at, uses: 0 },
    ...(expiresAt !== undefined && { expiresAt }),
    ...(maxUses !== undefined && { maxUses }),
  };
}

/** One use more; the last one takes the invite away. */
function used(id: EventId, state: GroupState): GroupState {
  const invites = state.invites
    ?.map((invite) => invite.id === id ? { ...invite, uses: invite.uses + 1 } : invite)
    .filter(({ uses, maxUses }) => maxUses === undefined || uses < maxUses);
  return withField(state, "invites", invites);
}

/** So many can be found in a group at once; older ones are found by their id alone. */
const OPEN_KEPT = 100;

/** Those that were over when this one was announced are forgotten, and the oldest of too many. */
function opened(state: GroupState, { at, body }: EventOf<DiscussionOpen>): GroupState {
  const still = (state.open ?? []).filter(({ until }) => until > at);
  return { ...state, open: [...still, { ...body, at }].slice(-OPEN_KEPT) };
}
