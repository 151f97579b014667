import type { ShardNumber } from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { CauseCheck } from "./causes.ts";
import { EffectsCheck } from "./effects.ts";
import { GroupsThen, type OtherLogs } from "./elsewhere.ts";
import { LogWalk, type ShardChecks } from "./log_walk.ts";
import type { Report } from "./problem.ts";
import { verifyPersonal } from "./personal.ts";
import { compareProjections } from "./projections.ts";
import { type StoredStream, streamsOf } from "./rows_of_stream.ts";
import { UsersThenCheck } from "./users_then.ts";

export interface ShardOptions {
  shard: ShardNumber;
  digestKey: Uint8Array;
  logs: OtherLogs;
  report: Report;
  /** Called as the work goes on. */
  progress: (done: { events: number; streams: number }) => void;
}

/**
 * Verifies one shard at one moment.
 *
 * @param q a REPEATABLE READ transaction
 */
export async function verifyShard(q: Queryable, options: ShardOptions): Promise<void> {
  const { shard, digestKey, logs, report, progress } = options;
  const checks: ShardChecks = {
    ...{ shard, digestKey, report },
    groups: new GroupsThen(logs),
    effects: await EffectsCheck.open(q, options),
    causes: new CauseCheck(options),
    users: new UsersThenCheck(options),
  };
  await checkPositions(q, { shard, report });
  for await (const stored of streamsOf(q)) {
    const events = await verifyStream(stored, checks);
    progress({ events, streams: 1 });
  }
  await checks.effects.finish();
  await checks.causes.finish();
  await checks.users.finish();
  await verifyPersonal(q, options);
}

/** How many events it has. */
async function verifyStream(stored: StoredStream, checks: ShardChecks): Promise<number> {
  const walk = new LogWalk(checks);
  let events = 0;
  for await (const rows of stored.events) {
    events += rows.length;
    for (const row of rows) await walk.take(row);
  }
  const projections = await stored.projections();
  // What a log comes to that can't be folded nobody knows; that it can't be is reported.
  if (walk.folds) compareProjections(projections, walk, { ...checks, stream: stored.uuid });
  return events;
}

interface PositionsRow {
  fence: number;
  events: number;
  last: number;
}

interface Gap {
  after: number;
  before: number;
}

const GAPS_NAMED = 100;

async function checkPositions(
  { sql, schema }: Queryable,
  { shard, report }: { shard: ShardNumber; report: Report },
): Promise<void> {
  const here = sql(schema);
  const [row] = await sql<PositionsRow[]>`
    select position as fence, (select count(*) from ${here}.events) as events,
      (select coalesce(max(position), 0) from ${here}.events) as last
    from ${here}.fence`;
  if (row === undefined) {
    report({ shard, check: "fence", what: "the fence", expected: "one row", found: null });
    return;
  }
  const { fence, events, last } = row;
  if (fence !== last) {
    report({ shard, check: "fence", what: "the fence's position", expected: last, found: fence });
  }
  if (events === last) return;
  const gaps = await sql<Gap[]>`
    select after, before from (
      select lag(position, 1, 0) over (order by position) as after, position as before from ${here}.events
    ) pairs
    where before <> after + 1 order by before limit ${GAPS_NAMED}`;
  for (const { after, before } of gaps) {
    const what = `the position after ${after}`;
    report({ shard, check: "positions", what, expected: after + 1, found: before });
  }
}
