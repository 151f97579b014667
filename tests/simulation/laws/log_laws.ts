/** What every log must be like, whoever wrote it (LOG1, LOG3, LOG5). */
import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { unlawful } from "../../../tools/oracle/unlawful.ts";
import type { History } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInLogs({ shards }: History): Generator<string> {
  const ids = new Map<string, string>();
  for (const { shard, log, positions } of shards) {
    const heads = new Map<string, PlainEvent>();
    for (const [i, event] of log.entries()) {
      if (positions[i] !== i + 1) yield `[LOG3] shard ${shard}: position ${positions[i]} where ${i + 1} belongs`;
      const before = heads.get(event.stream);
      if (event.seq !== (before?.seq ?? 0) + 1) yield `[LOG1] ${event.stream}: ${event.seq} after ${before?.seq ?? 0}`;
      if (before !== undefined && event.at < before.at) {
        yield `[LOG5] ${event.stream}: ${event.seq} is earlier than ${before.seq}`;
      }
      heads.set(event.stream, event);
      const uuid = event.id.slice(event.id.indexOf("_") + 1);
      if (ids.has(uuid)) yield `[LOG2] ${event.id} is in the log twice: in ${ids.get(uuid)} and in ${event.stream}`;
      ids.set(uuid, event.stream);
    }
  }
}

/** Nothing was accepted that what was before it forbids (DISC4, MSG2–5, GRP2–3). */
export function* brokenInDecisions(logs: PlainLogs): Generator<string> {
  for (const [{ stream, seq, type, actor }, wrong] of unlawful(logs)) {
    yield `[DISC4] ${stream} ${seq}: ${type} by ${actor}, ${wrong}`;
  }
}
