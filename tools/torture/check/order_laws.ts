/** Real time: what was acked before another offer began comes before it in its stream. @module */
import type { Drafts } from "./drafts.ts";
import type { FinalLog } from "./final_log.ts";
import type { Lives } from "./lives.ts";
import type { Violations } from "./violation.ts";

interface Placed {
  readonly id: string;
  readonly seq: number;
  /** When its first offer began, and when its first ack came. */
  readonly began: number;
  readonly acked: number;
}

export function checkOrder(
  drafts: Drafts,
  { log, lives, violations }: { readonly log: FinalLog; readonly lives: Lives; readonly violations: Violations },
): void {
  const streams = new Map<string, Placed[]>();
  for (const { id, stream, attempts, digest } of drafts.all) {
    const row = log.byId.get(id);
    if (row === undefined || row.digest !== digest) continue;
    const acks = attempts.filter(({ end, ended }) =>
      (end.kind === "accepted" || end.kind === "duplicate") && end.seq === row.seq &&
      // What a life that is lost had acked may have come again, by chance at the same seq and time.
      lives.keeps(end.incarnation, ended)
    );
    const began = Math.min(...attempts.map((attempt) => attempt.began));
    const acked = Math.min(...acks.map((attempt) => attempt.ended));
    const place = { id, seq: row.seq, began, acked };
    const others = streams.get(stream);
    if (others === undefined) streams.set(stream, [place]);
    else others.push(place);
  }
  for (const [stream, placed] of streams) checkStream(stream, placed, violations);
}

/** Goes through the beginnings in time, with the newest seq that had been acked by then. */
function checkStream(stream: string, placed: readonly Placed[], violations: Violations): void {
  const byAck = placed.filter(({ acked }) => acked < Infinity).sort((a, b) => a.acked - b.acked);
  let done = 0;
  let newest: Placed | undefined;
  for (const next of placed.toSorted((a, b) => a.began - b.began)) {
    for (; byAck[done] !== undefined && byAck[done]!.acked < next.began; done++) {
      if (newest === undefined || byAck[done]!.seq > newest.seq) newest = byAck[done];
    }
    if (newest === undefined || newest.seq < next.seq) continue;
    violations.add(
      "LOG3",
      "real-time order broken",
      `${stream}: ${newest.id} was acked at ${newest.acked} with seq ${newest.seq}, ` +
        `and ${next.id}, first offered at ${next.began}, has ${next.seq}`,
    );
  }
}
