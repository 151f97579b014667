import type { Decided, LogEvent, Proposal } from "./events.ts";
import type { Seq, UnixMs } from "./scalars.ts";

/** The event that an accepted proposal becomes: the draft unchanged, and what deciding and committing add (LOG1). */
export function toEvent(proposal: Proposal, decided: Decided, place: { seq: Seq; at: UnixMs }): LogEvent {
  const { id, stream, type, version, actor, body } = proposal;
  const { seq, at } = place;
  // One literal for all types keeps events alike for the engine; the compiler can't follow that type and body still belong together.
  return { id, stream, seq, type, version, actor, at, body, decided } as LogEvent;
}
