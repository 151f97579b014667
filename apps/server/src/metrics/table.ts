/** The one table of metrics: every name, what it says, and what it is counted by; docs/operating.md says what to do about them. @module */

interface Description {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** What it is counted by. Each has few values that are known beforehand: never a user, a stream, an address or a text. */
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times are in seconds, sizes in bytes. A shard goes by its number, a PostgreSQL server by its name in GATZ_SERVERS. */
export const METRICS = {
  gatz_calls_total: {
    type: "counter",
    help:
      "Calls by procedure and how they were answered: ok, or an error's data.code. A subscription counts as it begins.",
    labels: ["procedure", "code"],
  },
  gatz_call_seconds: {
    type: "histogram",
    help: "From the call's input to its answer; of a subscription, to its beginning.",
    labels: ["procedure"],
    buckets: SECONDS,
  },
  gatz_requests_refused_total: {
    type: "counter",
    help: "Requests that came to no procedure: too large, malformed, of a foreign origin, unknown.",
    labels: ["code"],
  },
  gatz_outcomes_total: {
    type: "counter",
    help: "What drafts came to, and why: a rejection's code, a not-now's reason.",
    labels: ["kind", "code"],
  },
  gatz_limited_total: {
    type: "counter",
    help: "Refusals by a rate or connection limiter.",
    labels: ["limiter"],
  },
  gatz_forwards_total: {
    type: "counter",
    help: "Offers forwarded to the node that writes their shard: answered, not-here, busy, unreachable or lost.",
    labels: ["result"],
  },
  gatz_flush_seconds: {
    type: "histogram",
    help: "From taking a shard's waiting drafts to the answer of their transaction.",
    labels: ["server"],
    buckets: SECONDS,
  },
  gatz_flush_wait_seconds: {
    type: "histogram",
    help: "How long the oldest draft of a flush had waited for it.",
    labels: ["server"],
    buckets: SECONDS,
  },
  gatz_flush_drafts: {
    type: "histogram",
    help: "Drafts in one flush.",
    labels: ["server"],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  },
  gatz_commit_seconds: {
    type: "histogram",
    help: "From sending a flush's writes to the answer of its COMMIT.",
    labels: ["server"],
    buckets: SECONDS,
  },
  gatz_flushes_total: {
    type: "counter",
    help:
      "Flushes by shard and outcome: committed, nothing, shut-out, or how they failed: doubtful, data, lost, refused.",
    labels: ["shard", "outcome"],
  },
  gatz_events_total: { type: "counter", help: "Events that this node appended.", labels: ["shard"] },
  gatz_queue_drafts: { type: "gauge", help: "Drafts that wait for a shard's next flush.", labels: ["shard"] },
  gatz_queue_bytes: {
    type: "gauge",
    help: "Bytes of the drafts that wait for a shard's next flush.",
    labels: ["shard"],
  },
  gatz_shard_status: { type: "gauge", help: "How a shard answers: 0 ok, 1 slow, 2 down.", labels: ["shard"] },
  gatz_shard_owned: { type: "gauge", help: "1 if this node writes the shard.", labels: ["shard"] },
  gatz_shard_position: { type: "gauge", help: "The newest position known of a shard's log.", labels: ["shard"] },
  gatz_hub_lag_events: {
    type: "gauge",
    help: "Events of a shard that are known to be committed, and not handed to feeds yet.",
    labels: ["shard"],
  },
  gatz_outbox_effects: { type: "gauge", help: "Effects that wait to be delivered from a shard.", labels: ["shard"] },
  gatz_outbox_oldest_seconds: {
    type: "gauge",
    help: "How long ago the event of the oldest waiting effect was accepted.",
    labels: ["shard"],
  },
  gatz_outbox_rejected: {
    type: "gauge",
    help: "Effects of a shard's events that were refused for good, by code.",
    labels: ["shard", "code"],
  },
  gatz_server_skipped: {
    type: "gauge",
    help: "1 while a PostgreSQL server is skipped because it did not answer.",
    labels: ["server"],
  },
  gatz_lanes: {
    type: "gauge",
    help:
      "Connections to a PostgreSQL server by purpose (write, read, personal, service) and state: open, used, waited-for.",
    labels: ["server", "purpose", "state"],
  },
  gatz_lane_changes_total: {
    type: "counter",
    help: "Connections that were opened, ended, or could not be opened (not-opened).",
    labels: ["server", "purpose", "change"],
  },
  gatz_feeds: { type: "gauge", help: "Live subscriptions.", labels: [] },
  gatz_connections: {
    type: "gauge",
    help: "WebSockets (ws) and HTTP streams (sse) that are open.",
    labels: ["transport"],
  },
  gatz_deliveries_total: { type: "counter", help: "Events handed to feeds.", labels: [] },
  gatz_frames_total: { type: "counter", help: "Frames sent to feeds' readers.", labels: [] },
  gatz_sent_bytes_total: {
    type: "counter",
    help: "Bytes sent over WebSockets and HTTP streams.",
    labels: ["transport"],
  },
  gatz_behind_total: {
    type: "counter",
    help: "Times that a slow reader's events of a stream were dropped and it was told so.",
    labels: [],
  },
  gatz_signals_total: {
    type: "counter",
    help: "Signals (typing, presence) by what became of them: handed, dropped, lost-between-nodes.",
    labels: ["result"],
  },
  gatz_slow_readers_dropped_total: {
    type: "counter",
    help: "Connections that were ended because their reader took nothing any more.",
    labels: ["transport"],
  },
  gatz_event_loop_lag_seconds: {
    type: "histogram",
    help: "How much later than asked for a timer came.",
    labels: [],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  gatz_memory_bytes: {
    type: "gauge",
    help: "The process's memory: rss, heap_used, heap_total, external.",
    labels: ["kind"],
  },
  gatz_node_phase: {
    type: "gauge",
    help: "1 for the phase that the node is in: starting, serving, draining.",
    labels: ["phase"],
  },
  gatz_start_time_seconds: { type: "gauge", help: "When the node started, in Unix seconds.", labels: [] },
} as const satisfies Record<string, Description>;

export type MetricName = keyof typeof METRICS;
type NamesOf<T extends Description["type"]> = {
  [N in MetricName]: (typeof METRICS)[N]["type"] extends T ? N : never;
}[MetricName];
export type CounterName = NamesOf<"counter">;
export type GaugeName = NamesOf<"gauge">;
export type HistogramName = NamesOf<"histogram">;
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]["labels"][number], string>>;
