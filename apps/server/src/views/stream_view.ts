/** A group or a discussion as one viewer sees it, at the newest seq that they may see (VIS4). @module */
import type { DiscussionState, GroupState, Interval, Role, Seq, StreamState, StreamView, UserId } from "@gatz/domain";
import { intervalsOf, unreachable, viewersHead } from "@gatz/domain";

export type GroupView = Extract<StreamView, { kind: "group" }>;
export type DiscussionView = Extract<StreamView, { kind: "discussion" }>;

export interface Member {
  readonly user: UserId;
  readonly role: Role;
  /** The seq of the event that made them one. */
  readonly since: Seq;
}

/** Who was a member right after the event at `head`, in the order of joining. */
export function membersAt(state: GroupState | DiscussionState, head: Seq): Member[] {
  const members: Member[] = [];
  let owner: { index: number; left: number } | undefined;
  // The keys of Memberships are user ids.
  for (const user of Object.keys(state.members) as UserId[]) {
    const stay = intervalsOf(state, user).find((one) => covers(one, head));
    if (stay === undefined) continue;
    const left = stay.left ?? Infinity;
    // Ownership passes on when an owner goes: of all who have been owner since, the first to go was it then.
    if (stay.role === "owner" && (owner === undefined || left < owner.left)) owner = { index: members.length, left };
    members.push({ user, role: stay.role === "owner" ? "member" : stay.role, since: stay.from });
  }
  if (owner !== undefined) members[owner.index] = { ...members[owner.index]!, role: "owner" };
  return members.sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1));
}

function covers(stay: Interval, at: Seq): boolean {
  return stay.from <= at && (stay.left === undefined || at < stay.left);
}

/** An ex-member's own leaving is the last that they see; they see themselves outside. */
export function groupView(state: GroupState, viewer: UserId): GroupView {
  const head = viewersHead(state, viewer) ?? state.seq;
  const members = membersAt(state, head);
  return {
    kind: "group",
    id: state.id,
    seq: head,
    name: state.name,
    owner: ownerOf(members) ?? state.owner,
    createdAt: state.createdAt,
    memberCount: members.length,
    mine: intervalsOf(state, viewer),
  };
}

/** As {@link groupView}; or right after the event `head`, whatever the viewer was then (TIME1). */
export function discussionView(
  state: DiscussionState,
  viewer: UserId,
  head: Seq = viewersHead(state, viewer) ?? state.seq,
): DiscussionView {
  const members = membersAt(state, head);
  return {
    kind: "discussion",
    id: state.id,
    seq: head,
    group: state.group,
    name: state.name,
    owner: ownerOf(members),
    closed: members.length === 0,
    createdAt: state.createdAt,
    memberCount: members.length,
    mine: intervalsOf(state, viewer),
  };
}

/** A stream's own part as one viewer sees it: without the member list, with the viewer's own stays (LIVE3). */
export function streamView(state: StreamState, viewer: UserId): StreamView {
  switch (state.kind) {
    case "user":
      return { kind: "user", id: state.id, seq: state.seq, handle: state.handle, name: state.name };
    case "group":
      return groupView(state, viewer);
    case "discussion":
      return discussionView(state, viewer);
    default:
      return unreachable(state);
  }
}

function ownerOf(members: readonly Member[]): UserId | null {
  return members.find((member) => member.role === "owner")?.user ?? null;
}
