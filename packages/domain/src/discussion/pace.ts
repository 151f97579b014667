/** Slow mode's memory: who sent last when, for as long as somebody has to wait for it (DISC4, MOD1). @module */
import type { UserId } from "../ids.ts";
import type { UnixMs } from "../scalars.ts";
import type { DiscussionState } from "../state.ts";
import { isInForce } from "./authority.ts";

type Pace = Pick<DiscussionState, "slowMode" | "lastSent">;

/**
 * Of those who sent something, the ones who still had to wait at a time. Who is free by then stays free, also when slow mode is made slower: so
 * nothing has to be remembered of them, and what is kept goes with the last minutes and not with everybody who ever spoke.
 */
export function stillWaiting({ slowMode, lastSent }: Pace, at: UnixMs): Readonly<Record<UserId, UnixMs>> {
  if (!isInForce(slowMode, at)) return {};
  const entries = Object.entries(lastSent ?? {}) as [UserId, UnixMs][]; // its keys are user ids
  return Object.fromEntries(entries.filter(([, last]) => at < last + slowMode.seconds * 1_000));
}
