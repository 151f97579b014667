/** What the final log must be by itself. @module */
import type { FinalLog, LogRow, ShardRows } from "./final_log.ts";
import type { Violations } from "./violation.ts";

export function checkLog(log: FinalLog, violations: Violations): void {
  const ids = new Set<string>();
  for (const shard of log.shards) {
    checkPositions(shard, violations);
    for (const { id, stream } of shard.rows) {
      if (ids.has(id)) violations.add("LOG2", "an id twice in the log", `${id}, in ${stream}`);
      ids.add(id);
    }
  }
  for (const [stream, rows] of log.streams) checkStream(stream, rows, violations);
}

function checkPositions({ shard, head, undelivered, rows }: ShardRows, violations: Violations): void {
  rows.forEach(({ position }, i) => {
    const before = i === 0 ? 0 : rows[i - 1]!.position;
    if (position !== before + 1) {
      violations.add("LOG3", "a gap in a shard's positions", `shard ${shard}: ${position} after ${before}`);
    }
  });
  const last = rows.at(-1)?.position ?? 0;
  if (last !== head) violations.add("LOG3", "a fence that is wrong", `shard ${shard}: at ${head}, the log at ${last}`);
  if (undelivered > 0) violations.add("SHARD3", "effects that never arrive", `shard ${shard}: ${undelivered}`);
}

function checkStream(stream: string, rows: readonly LogRow[], violations: Violations): void {
  rows.forEach(({ seq, at }, i) => {
    const before = rows[i - 1];
    if (seq !== (before?.seq ?? 0) + 1) {
      violations.add("LOG1", "a gap in a stream's seqs", `${stream}: ${seq} after ${before?.seq ?? 0}`);
    }
    if (before !== undefined && at < before.at) {
      violations.add("LOG5", "a time that goes back", `${stream}: ${at} at ${seq}, ${before.at} before`);
    }
  });
}
