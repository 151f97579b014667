/** What of a stream's state is for one viewer, so that who holds it can fold on from it (VIS4, LOG8). @module */
import { assert, unreachable } from "./asserts.ts";
import { withField, without } from "./fields.ts";
import type { UserId } from "./ids.ts";
import { intervalsOf, isMember, openInterval, roleOf, seesSeq, type SharedState, visibleRanges } from "./membership.ts";
import { marksWithin } from "./message/expunged.ts";
import type { DiscussionState, GroupState, Interval, Memberships, Sanction, StreamState } from "./state.ts";

/**
 * The viewer's form of a state. What they are sent of the events that follow folds on from it to their forms of the states that follow, for
 * as long as {@link needsAnew} does not say otherwise; where events are hidden, only `seq` has to be set. `state` is that of the viewer's own
 * head or earlier, and the viewer is or was a member.
 *
 * Of others only those who are members are in it, and not how much these see; counts that nobody is shown are 0, and of what people did it
 * holds what the viewer may see of that.
 */
export function stateFor<S extends StreamState>(viewer: UserId, state: S): S;
export function stateFor(viewer: UserId, state: StreamState): StreamState {
  switch (state.kind) {
    case "user":
      assert(state.id === viewer, "a user's own state is for that user");
      // Only decisions of the user's own stream ask what it knows of others (FACT2).
      return { ...state, inbox: {} };
    case "group":
      return groupFor(viewer, state);
    case "discussion":
      return discussionFor(viewer, state);
    default:
      return unreachable(state);
  }
}

/** Whether from an event on a viewer may see more of the state than their form of the one before tells, so that it has to be asked for. */
export function needsAnew(
  viewer: UserId,
  { before, after }: { readonly before: StreamState | null; readonly after: StreamState },
): boolean {
  if (after.kind === "user" || before === null || before.kind === "user" || !isMember(after, viewer)) return false;
  return !isMember(before, viewer) || (moderates(viewer, after) && !moderates(viewer, before));
}

/** Whether somebody may see all of a stream: then no event of it has a target that is hidden from them. */
export function seesAll(viewer: UserId, state: SharedState): boolean {
  const [first, ...more] = visibleRanges(intervalsOf(state, viewer), state.seq);
  return more.length === 0 && first?.from === 1 && first.to === state.seq;
}

/** By the stream's own roles: what somebody may do in a discussion through its group shows them no more of it (VIS2). */
export function moderates(viewer: UserId, state: SharedState): boolean {
  const role = roleOf(state, viewer);
  return role === "owner" || role === "moderator";
}

function groupFor(viewer: UserId, state: GroupState): GroupState {
  const own = { ...state, members: membersFor(viewer, state) };
  return moderates(viewer, state) ? own : without(own, "invites");
}

function discussionFor(viewer: UserId, state: DiscussionState): DiscussionState {
  const { pins, mutes, bans, expunged, lastSent } = state;
  const stays = intervalsOf(state, viewer);
  const sees = (at: Interval["from"]) => seesSeq(stays, at);
  const isTold = (user: string, { seq }: Sanction) => user === viewer || moderates(viewer, state) || sees(seq);
  let own: DiscussionState = { ...state, messages: 0, members: membersFor(viewer, state) };
  own = withField(own, "pins", pins?.filter(({ messageSeq }) => sees(messageSeq)));
  own = withField(own, "mutes", kept(mutes, isTold));
  own = withField(own, "bans", kept(bans, isTold));
  own = withField(own, "expunged", marksWithin(expunged, sees));
  own = withField(own, "lastSent", kept(lastSent, (user) => user === viewer));
  // A flag can be answered by deleting another message: who may not see that one would hold the flag for ever.
  return moderates(viewer, state) && seesAll(viewer, state) ? own : without(own, "flags");
}

function membersFor(viewer: UserId, state: SharedState): Memberships {
  const members: Record<UserId, readonly Interval[]> = {};
  for (const user of Object.keys(state.members) as UserId[]) { // the keys of Memberships are user ids
    const present = openInterval(state.members, user);
    if (user === viewer) members[user] = intervalsOf(state, user);
    // How much others see may have been said where the viewer does not see.
    else if (present !== undefined) members[user] = [{ ...present, historyFrom: present.from }];
  }
  assert(members[viewer] !== undefined, "a state has a form for who is or was a member");
  return members;
}

function kept<V>(
  record: Readonly<Record<UserId, V>> | undefined,
  isKept: (user: UserId, value: V) => boolean,
): Record<UserId, V> {
  const entries = Object.entries(record ?? {}) as [UserId, V][]; // its keys are user ids
  return Object.fromEntries(entries.filter(([user, value]) => isKept(user, value)));
}
