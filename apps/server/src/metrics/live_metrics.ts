/** What goes out to readers, as metrics. @module */
import type { NodePhase } from "../http/health.ts";
import type { Traffic } from "../live/traffic.ts";
import type { Metrics } from "./metrics.ts";

export interface LiveMetricsOptions {
  readonly traffic: Traffic;
  readonly feeds: () => number;
  readonly connections: () => { readonly ws: number; readonly sse: number };
  readonly phase: () => NodePhase;
}

const PHASES: readonly NodePhase[] = ["starting", "serving", "draining"];
const TRANSPORTS = ["ws", "sse"] as const;

/** Read whenever metrics are asked for. */
export function readLive(metrics: Metrics, { traffic, feeds, connections, phase }: LiveMetricsOptions): void {
  metrics.onRender(() => {
    metrics.set("gatz_feeds", { value: feeds() });
    metrics.total("gatz_deliveries_total", { value: traffic.deliveries });
    metrics.total("gatz_frames_total", { value: traffic.frames });
    metrics.total("gatz_behind_total", { value: traffic.behind });
    const { signals, droppedSignals, lostSignals } = traffic;
    metrics.total("gatz_signals_total", { result: "handed", value: signals - droppedSignals });
    metrics.total("gatz_signals_total", { result: "dropped", value: droppedSignals });
    metrics.total("gatz_signals_total", { result: "lost-between-nodes", value: lostSignals });
    const open = connections();
    for (const transport of TRANSPORTS) {
      metrics.set("gatz_connections", { transport, value: open[transport] });
      metrics.total("gatz_sent_bytes_total", { transport, value: traffic.sentBytes[transport] });
      metrics.total("gatz_slow_readers_dropped_total", { transport, value: traffic.droppedReaders[transport] });
    }
    for (const each of PHASES) metrics.set("gatz_node_phase", { phase: each, value: each === phase() ? 1 : 0 });
  });
}
