import type { UserId } from "./ids.ts";
import type { Seq } from "./scalars.ts";
import { seq } from "./scalars.ts";
import type { DiscussionState, GroupState, Interval, Memberships, Role } from "./state.ts";

/** A stream that people are members of. */
export type SharedState = GroupState | DiscussionState;

const NO_INTERVALS: readonly Interval[] = Object.freeze([]);

/** All stays of a user, oldest first; empty for who never was a member. */
export function intervalsOf(state: SharedState, user: UserId): readonly Interval[] {
  return state.members[user] ?? NO_INTERVALS;
}

/** The stay that is going on, or undefined. */
export function currentInterval(state: SharedState, user: UserId): Interval | undefined {
  return openInterval(state.members, user);
}

/** The open one of a user's intervals: only the last may be open. */
export function openInterval(members: Memberships, user: UserId): Interval | undefined {
  const last = members[user]?.at(-1);
  return last !== undefined && last.left === undefined ? last : undefined;
}

/** Whether a user is a member now. */
export function isMember(state: SharedState, user: UserId): boolean {
  return currentInterval(state, user) !== undefined;
}

/** The role of a current member, or undefined. */
export function roleOf(state: SharedState, user: UserId): Role | undefined {
  return currentInterval(state, user)?.role;
}

/** Whether one of the intervals lets see a seq (VIS1). */
export function seesSeq(intervals: readonly Interval[], at: Seq): boolean {
  return intervals.some((stay) => stay.historyFrom <= at && (stay.left === undefined || at <= stay.left));
}

/**
 * The seqs from 1 to `head` that the intervals let see: their union as ranges, both ends included, merged and ascending.
 *
 * An interval whose `left` is open reaches to `head`.
 */
export function visibleRanges(intervals: readonly Interval[], head: Seq): { from: Seq; to: Seq }[] {
  const bounded = intervals
    .map((stay) => ({ from: stay.historyFrom, to: seq(Math.min(stay.left ?? head, head)) }))
    .filter((range) => range.from <= range.to)
    .sort((a, b) => a.from - b.from);
  const merged: { from: Seq; to: Seq }[] = [];
  for (const range of bounded) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1) last.to = seq(Math.max(last.to, range.to));
    else merged.push(range);
  }
  return merged;
}

// Message events share the member list of the state before them, so this is computed once per change of membership.
const present = new WeakMap<Memberships, readonly UserId[]>();

/** Who is a member now, in the order of their ids. */
export function membersNow(state: SharedState): readonly UserId[] {
  const known = present.get(state.members);
  if (known !== undefined) return known;
  // The keys of Memberships are user ids.
  const users = (Object.keys(state.members) as UserId[]).filter((user) => isMember(state, user)).sort();
  present.set(state.members, users);
  return users;
}

/** How many members there are now. */
export function memberCount(state: SharedState): number {
  return membersNow(state).length;
}
