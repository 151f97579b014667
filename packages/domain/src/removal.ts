import type { UserId } from "./ids.ts";
import { currentInterval, intervalsOf } from "./membership.ts";
import type { SharedState } from "./membership.ts";
import type { Rejection } from "./outcome.ts";
import { refuse } from "./refuse.ts";
import type { Seq } from "./scalars.ts";

/** Refuses the removal of who is no member, or whose membership began elsewhere than the removal says (FACT2); or null. */
export function refuseRemoval(body: { user: UserId; since?: Seq }, state: SharedState): Rejection | null {
  if (intervalsOf(state, body.user).length === 0) return refuse("NotFound", { field: "body.user" });
  const stay = currentInterval(state, body.user);
  if (stay === undefined) return refuse("NoChange", { field: "body.user" });
  if (body.since === undefined || body.since === stay.from) return null;
  return refuse("Superseded", { field: "body.since", detail: { since: stay.from } });
}
