import { runChild } from "./child.ts";
import { countFlushes, type Database, type Server, targetOf } from "./environment.ts";
import { absolute, compared, type Row } from "./row.ts";

const YARDSTICK = new URL("./yardsticks/postgres.ts", import.meta.url);
const LOAD = new URL("./append_load.ts", import.meta.url);
/** The sample chat's mean length of a message. */
const TEXT_BYTES = 70;

interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
}

interface Target {
  readonly database: Database;
  readonly server: Server;
}

export interface AppendPlan {
  repetitions: number;
  seconds: number;
}

/** Sends through the whole path, against inserts by hand on the same server. Yardstick and gatz take turns, so that drift hits both. */
export async function appendRows(target: Target, plan: AppendPlan): Promise<Row[]> {
  const seen = { single: [], naive: [], one: [], sixteen: [], many: [], half: [] } as Record<string, Measured[]>;
  const batches: number[] = [];
  for (let n = 0; n < plan.repetitions; n++) {
    seen.single!.push(await yardstick("single", target, plan));
    seen.one!.push(await load(target, { senders: 1, seconds: plan.seconds }));
    seen.naive!.push(await yardstick("naive", target, plan));
    seen.sixteen!.push(await load(target, { senders: 16, seconds: plan.seconds }));
    const before = await countFlushes(target.database);
    const many = await load(target, { senders: 256, seconds: plan.seconds });
    const after = await countFlushes(target.database);
    batches.push((after.events - before.events) / (after.flushes - before.flushes));
    seen.many!.push(many);
    seen.half!.push(await load(target, { senders: 256, seconds: plan.seconds, rate: Math.round(many.perSecond / 2) }));
  }
  return rows(seen, batches);
}

function rows(seen: Record<string, Measured[]>, batches: readonly number[]): Row[] {
  const rate = (name: string) => seen[name]!.map((m) => m.perSecond);
  const p50 = (name: string) => seen[name]!.map((m) => m.p50);
  const p99 = (name: string) => seen[name]!.map((m) => m.p99);
  const single = { name: "single", values: rate("single") };
  const naive = { name: "naive", values: rate("naive") };
  return [
    compared({
      name: "append/1 p50",
      unit: "ms",
      values: p50("one"),
      against: { name: "single", values: p50("single") },
      wanted: { atMost: 2 },
    }),
    compared({ name: "append/16", unit: "events/s", values: rate("sixteen"), against: naive, wanted: { atLeast: 1 } }),
    compared({ name: "append/256", unit: "events/s", values: rate("many"), against: single, wanted: { atLeast: 10 } }),
    compared({
      name: "append/256 vs naive",
      unit: "events/s",
      values: rate("many"),
      against: naive,
      wanted: { atLeast: 1.5 },
    }),
    absolute({ name: "append/256 mean batch", unit: "events", values: batches, wanted: { atLeast: 2 } }),
    compared({
      name: "append/256 p50 at half load",
      unit: "ms",
      values: p50("half"),
      against: { name: "naive p50", values: p50("naive") },
      wanted: { atMost: 1 },
    }),
    compared({
      name: "append/256 p99 at half load",
      unit: "ms",
      values: p99("half"),
      against: { name: "naive p99", values: p99("naive") },
      wanted: { atMost: 1 },
    }),
  ];
}

function yardstick(mode: "single" | "naive", target: Target, plan: AppendPlan): Promise<Measured> {
  return runChild(YARDSTICK, { args: [mode, target.database.url, String(plan.seconds), String(TEXT_BYTES)] });
}

function load(target: Target, plan: { senders: number; seconds: number; rate?: number }): Promise<Measured> {
  return runChild(LOAD, { args: [JSON.stringify({ ...targetOf(target.server), textBytes: TEXT_BYTES, ...plan })] });
}
