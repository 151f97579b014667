/** Who acts reads their own writes: what they did is waited for in their own stream, from which all lists and feeds begin. @module */
import { type AnyEventId, arrivalOf, type Outcome, type Proposal, type UserId } from "@gatz/domain";
import { ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { within } from "./live/pause.ts";
import { isAck } from "./rates/offer_paid.ts";

export interface Acted {
  readonly user: UserId;
  readonly proposals: readonly Proposal[];
  /** One a proposal that was tried. */
  readonly outcomes: readonly Outcome[];
}

/** Effects are mostly there after some milliseconds. */
const PAUSE_MS = { first: 4, longest: 100 } as const;

/** Waits until what was accepted is in the user's own stream. False: it is not there in time. */
export async function hasReachedOwnStream(
  storage: Pick<Storage, "hasArrived">,
  { user, proposals, outcomes }: Acted,
  { withinMs }: { withinMs: number },
): Promise<boolean> {
  const end = performance.now() + withinMs;
  const arrivals = proposals.flatMap((proposal, i) => {
    const outcome = outcomes[i];
    return outcome !== undefined && isAck(outcome) ? arrivalOf(proposal, user) ?? [] : [];
  });
  if (arrivals.length === 0) return true;
  return await within(withinMs, allArrive(storage, new Set(arrivals), end)) ?? false;
}

/** One after the other: a bundle of many that were accepted before asks no more at once than one call may. */
async function allArrive(
  storage: Pick<Storage, "hasArrived">,
  arrivals: ReadonlySet<AnyEventId>,
  end: number,
): Promise<boolean> {
  for (const arrival of arrivals) if (!await arrives(storage, arrival, end)) return false;
  return true;
}

/** False: not before `end`. */
async function arrives(
  storage: Pick<Storage, "hasArrived">,
  arrival: AnyEventId,
  end: number,
): Promise<boolean> {
  for (let pauseMs: number = PAUSE_MS.first; !await isThere(storage, arrival);) {
    if (performance.now() + pauseMs > end) return false;
    // The global timer: the simulation has it too.
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest);
  }
  return true;
}

/** A shard that does not answer has nothing to show. */
async function isThere(storage: Pick<Storage, "hasArrived">, arrival: AnyEventId): Promise<boolean> {
  try {
    return await storage.hasArrived(arrival);
  } catch (error) {
    if (error instanceof ShardUnavailable) return false;
    throw error;
  }
}
