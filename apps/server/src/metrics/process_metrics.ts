/** How the process is. @module */
import type { Metrics } from "./metrics.ts";

const LOOK_MS = 50;

export interface ProcessMetricsOptions {
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
}

/** Reads memory when asked; times the event loop until what it returns is called. */
export function watchProcess(metrics: Metrics, { now, wallClock }: ProcessMetricsOptions): () => void {
  metrics.set("gatz_start_time_seconds", { value: wallClock() / 1000 });
  metrics.onRender(() => {
    const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
    const kinds = { rss, heap_used: heapUsed, heap_total: heapTotal, external };
    for (const [kind, value] of Object.entries(kinds)) metrics.set("gatz_memory_bytes", { kind, value });
  });
  let due = now() + LOOK_MS;
  // Deno's own monitorEventLoopDelay measures nothing.
  const timer = setInterval(() => {
    const at = now();
    metrics.observe("gatz_event_loop_lag_seconds", { value: Math.max(0, at - due) / 1000 });
    due = at + LOOK_MS;
  }, LOOK_MS);
  return () => clearInterval(timer);
}
