import type { FlushEnded, Observe } from "../observe.ts";
import type { Bundle } from "./bundle.ts";
import type { FlushProgress } from "./flush.ts";

export interface StopwatchOptions extends Pick<FlushEnded, "shard" | "server"> {
  readonly observe: Observe;
}

/** Begins to time a flush; what it returns says how that ended. */
export function startStopwatch(
  { shard, server, observe }: StopwatchOptions,
  { bundles, progress }: { readonly bundles: readonly Bundle[]; readonly progress: FlushProgress },
): (outcome: FlushEnded["outcome"], events?: number) => void {
  const begunAt = performance.now();
  const drafts = bundles.reduce((sum, bundle) => sum + bundle.drafts.length, 0);
  const waitedMs = begunAt - Math.min(begunAt, ...bundles.map((bundle) => bundle.queuedAt));
  return (outcome, events = 0) => {
    const now = performance.now();
    const commitMs = progress.committingSince === undefined ? undefined : now - progress.committingSince;
    observe({ kind: "flush", shard, server, outcome, drafts, events, waitedMs, ms: now - begunAt, commitMs });
  };
}
