/**
 * A group or a discussion as one viewer sees it. The state is that of the viewer's own head: for who has left, as it stood then (VIS4).
 * @module
 */
import type { DiscussionState, GroupState, Role, Seq, StreamState, StreamView, UserId } from "@gatz/domain";
import { currentInterval, intervalsOf, memberCount, membersNow, roleOf, seesSeq, unreachable } from "@gatz/domain";

export type GroupView = Extract<StreamView, { kind: "group" }>;
export type DiscussionView = Extract<StreamView, { kind: "discussion" }>;

export interface Member {
  readonly user: UserId;
  readonly role: Role;
  /** The seq of the event that made them one. */
  readonly since: Seq;
}

/** Who is a member, in the order of joining. */
export function membersOf(state: GroupState | DiscussionState): Member[] {
  return membersNow(state)
    .map((user) => {
      const { role, from: since } = currentInterval(state, user)!; // who is a member now has a stay
      return { user, role, since };
    })
    .sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1));
}

/** An ex-member's own leaving is the last that they see; they see themselves outside. */
export function groupView(state: GroupState, viewer: UserId): GroupView {
  const { kind, id, seq, name, owner, createdAt, description, avatar, direct, archived } = state;
  return {
    ...{ kind, id, seq, name, owner, createdAt, memberCount: memberCount(state), mine: intervalsOf(state, viewer) },
    role: roleOf(state, viewer) ?? null,
    ...(description !== undefined && { description }),
    ...(avatar !== undefined && { avatar }),
    ...(direct !== undefined && { direct }),
    ...(archived !== undefined && { archived }),
  };
}

/** As {@link groupView}. */
export function discussionView(state: DiscussionState, viewer: UserId): DiscussionView {
  const { kind, id, seq, group, name, owner, closed, createdAt } = state;
  const { description, curatedBy, join, continues, locked, slowMode } = state;
  const mine = intervalsOf(state, viewer);
  const mute = state.mutes?.[viewer];
  const pins = state.pins?.filter(({ messageSeq }) => seesSeq(mine, messageSeq)) ?? [];
  return {
    ...{ kind, id, seq, group, name, owner, closed, createdAt, memberCount: memberCount(state), mine },
    role: roleOf(state, viewer) ?? null,
    ...(description !== undefined && { description }),
    ...(curatedBy !== undefined && { curatedBy }),
    ...(join !== undefined && { join }),
    ...(continues !== undefined && { continues }),
    ...(locked !== undefined && { locked }),
    ...(slowMode !== undefined && { slowMode }),
    ...(pins.length > 0 && { pins }),
    ...(mute !== undefined && { muted: mute.until === undefined ? {} : { until: mute.until } }),
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
