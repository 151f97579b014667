/** Who gets an event live: the stream's own member list on its shard decides (DESIGN: Live). @module */
import { type LogEvent, type Memberships, membersNow, type Seq, type StreamState, type UserId } from "@gatz/domain";

const lastDepartures = new WeakMap<Memberships, number>();

/**
 * Users whose stay covers the event; who was just removed gets the removal too. `state` is at the event or newer, so somebody who joined later
 * may be among them: what they may see is judged by `visible`.
 */
export function audience(event: LogEvent, state: StreamState): readonly UserId[] {
  if (state.kind === "user") return [state.id];
  if (lastDeparture(state.members) < event.seq) return membersNow(state);
  return membersAt(state.members, event.seq);
}

function membersAt(members: Memberships, at: Seq): UserId[] {
  // The keys of Memberships are user ids.
  return (Object.keys(members) as UserId[]).filter((user) =>
    members[user]!.some((stay) => stay.from <= at && (stay.left === undefined || stay.left >= at))
  );
}

/** The seq of the newest end of a stay, 0 if nobody ever left. Message events share the member list, so it is looked for once a change. */
function lastDeparture(members: Memberships): number {
  const known = lastDepartures.get(members);
  if (known !== undefined) return known;
  let last = 0;
  for (const stays of Object.values(members)) {
    for (const stay of stays) last = Math.max(last, stay.left ?? 0);
  }
  lastDepartures.set(members, last);
  return last;
}
