/** The checker at work on a run that was written by hand. @module */
import { check } from "../check.ts";
import { FinalLog } from "../final_log.ts";
import type { Run } from "./good_run.ts";

/** The kinds of violations that the checker names. */
export async function kindsFound(
  { records, elsewhere, rows, marks, head, undelivered, incarnation }: Run,
): Promise<string[]> {
  const log = new FinalLog(incarnation, [
    { shard: 0, head: elsewhere.length, undelivered: 0, rows: elsewhere, marks },
    { shard: 1, head, undelivered, rows, marks: [] },
  ]);
  const violations = await check(() => records.toSorted((a, b) => a.t - b.t), log);
  return [...violations.counts.keys()];
}
