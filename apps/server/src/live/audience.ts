/** Who gets an event live: the stream's own member list on its shard decides (DESIGN: Live). @module */
import { type LogEvent, type Memberships, membersNow, type Seq, type StreamState, type UserId } from "@gatz/domain";

/** Users whose stay covers the event; who it removes gets it too. `state` is at the event or newer. */
export function audience(event: LogEvent, state: StreamState): readonly UserId[] {
  if (state.kind === "user") return [state.id];
  return isSettledBefore(event.seq, state.members) ? membersNow(state) : membersAt(state.members, event.seq);
}

/**
 * What is kept for those of the users for whom there is something. Walks the shorter of the two: a large group costs a node what listens there,
 * a node with many listeners what the group is.
 */
export function* amongThem<T>(users: readonly UserId[], kept: ReadonlyMap<UserId, T>): Generator<T, void, void> {
  if (users.length <= kept.size) {
    for (const user of users) {
      const one = kept.get(user);
      if (one !== undefined) yield one;
    }
    return;
  }
  const wanted = setOf(users);
  for (const [user, one] of kept) if (wanted.has(user)) yield one;
}

const sets = new WeakMap<readonly UserId[], ReadonlySet<UserId>>();

/** A member list stays the same array until somebody comes or goes. */
function setOf(users: readonly UserId[]): ReadonlySet<UserId> {
  const known = sets.get(users) ?? new Set(users);
  sets.set(users, known);
  return known;
}

function membersAt(members: Memberships, at: Seq): UserId[] {
  // The keys of Memberships are user ids.
  return (Object.keys(members) as UserId[]).filter((user) =>
    members[user]!.some((stay) => stay.from <= at && (stay.left === undefined || stay.left >= at))
  );
}

/** Whether nobody has left at a seq or later, or joined later. */
function isSettledBefore(at: Seq, members: Memberships): boolean {
  const { joined, left } = lastMoves(members);
  return left < at && joined <= at;
}

interface LastMoves {
  readonly joined: number;
  readonly left: number;
}

const known = new WeakMap<Memberships, LastMoves>();

/** The newest seqs at which somebody joined and left. Message events share the member list, so they are looked for once a change. */
function lastMoves(members: Memberships): LastMoves {
  const before = known.get(members);
  if (before !== undefined) return before;
  const stays = Object.values(members).flat();
  const moves = {
    joined: Math.max(0, ...stays.map((stay) => stay.from)),
    left: Math.max(0, ...stays.map((stay) => stay.left ?? 0)),
  };
  known.set(members, moves);
  return moves;
}
