/** Discussions of a group that somebody of it may join (DISC3): name, size and date are all that is shown of them. @module */
import {
  type DiscussionId,
  type DiscussionState,
  type GroupState,
  isInForce,
  isMember,
  memberCount,
  type OpenDiscussion,
  type UnixMs,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";

export interface JoinableDiscussion {
  readonly id: DiscussionId;
  readonly name: string;
  /** How many are in it. */
  readonly size: number;
  /** When it was announced. */
  readonly at: UnixMs;
  /** Until when it may be joined. */
  readonly until: UnixMs;
  /** Its shard does not answer: name and size are those that were announced. */
  readonly unavailable?: true;
}

interface Viewing {
  readonly viewer: UserId;
  readonly now: UnixMs;
}

/** The newest first; nothing for who has left the group. */
export async function joinableDiscussions(
  storage: Pick<Storage, "states">,
  group: GroupState,
  viewing: Viewing,
): Promise<readonly JoinableDiscussion[]> {
  if (!isMember(group, viewing.viewer)) return [];
  const open = (group.open ?? []).filter(({ until }) => until > viewing.now);
  const states = await storage.states(open.map(({ discussion }) => discussion));
  return open.toReversed().flatMap((announced) => {
    const fact = states.get(announced.discussion);
    if (fact?.kind === "unavailable") return [{ ...viewOf(announced), unavailable: true as const }];
    if (fact?.kind !== "known" || fact.value.kind !== "discussion") return [];
    return mayJoin(fact.value, viewing) ? [viewOf({ ...announced, ...present(fact.value) })] : [];
  });
}

/** Whose joining would be refused is not offered it. */
function mayJoin(state: DiscussionState, { viewer, now }: Viewing): boolean {
  return !isMember(state, viewer) && !state.closed && !state.locked && !isInForce(state.bans?.[viewer], now);
}

function present(state: DiscussionState): Pick<OpenDiscussion, "name" | "size"> {
  return { name: state.name, size: memberCount(state) };
}

function viewOf({ discussion: id, name, size, at, until }: OpenDiscussion): JoinableDiscussion {
  return { id, name, size, at, until };
}
