/** What a test does to a run in which all promises were kept. @module */
import { strict as assert } from "node:assert";
import { digestOf } from "../../history/digest.ts";
import type { HistoryRecord, NotedItem, NotedRow, RecordOf, SaidOutcome } from "../../history/record.ts";
import type { LogRow } from "../final_log.ts";
import { accepted, ANN, answer, offer, type Run, TALK } from "./good_run.ts";

/** A life ends, and the next one goes on with what a copy had kept until then. */
export function promote(run: Run, kept: number): Run {
  drop(run, ({ k }) => ["receipt", "device", "log-page", "message-page", "list", "settled"].includes(k));
  run.records.push({ k: "promoted", t: 1_900, kept, incarnation: "life-2" }, { k: "settled", t: 2_000, devices: [] });
  return { ...run, incarnation: "life-2" };
}

export function rowOf(run: Run, id: string): LogRow {
  const row = run.rows.find((one) => one.id === id);
  assert(row !== undefined);
  return row;
}

export const NOT_NOW: SaidOutcome = { kind: "not-now", reason: "Busy", retryAfterMs: 1 };

/** Two drafts in one go, and an answer made of their acks. */
export function offerBundle(
  run: Run,
  ids: readonly [string, string],
  answered: (first: SaidOutcome, second: SaidOutcome) => readonly SaidOutcome[],
): void {
  const [first, second] = [rowOf(run, ids[0]), rowOf(run, ids[1])];
  run.records.push(
    { ...offer(110, first), drafts: [first, second] } as HistoryRecord,
    answer(110, answered(accepted(first), accepted(second))),
  );
}

export function newRow(seq: number, id: string, actor: string, text: string): LogRow {
  return {
    ...{ position: seq, seq, id, actor, type: "new-message", stream: TALK, at: 2_000, decided: {} },
    ...{ body: { text }, digest: digestOf({ text }) },
  };
}

export function dropRow(run: Run, id: string): void {
  run.rows = run.rows.filter((row) => row.id !== id);
}

/** In Ann's list. */
export function changeList(run: Run, change: Partial<NotedRow>): void {
  run.records = run.records.map((record) => {
    if (record.k !== "list" || record.user !== ANN) return record;
    return { ...record, rows: record.rows.map((row) => ({ ...row, ...change })) };
  });
}

export function dropElsewhere(run: Run, id: string): void {
  run.elsewhere = run.elsewhere.filter((row) => row.id !== id);
}

export function changeRow(run: Run, id: string, change: Partial<LogRow>): void {
  run.rows = run.rows.map((row) => row.id === id ? { ...row, ...change } : row);
}

/** Each takes the other's place, and everybody was told so. */
export function swapRows(run: Run, one: string, other: string): void {
  const [a, b] = [rowOf(run, one), rowOf(run, other)];
  const place = ({ seq, position, at }: LogRow) => ({ seq, position, at });
  changeRow(run, one, place(b));
  changeRow(run, other, place(a));
  run.rows.sort((x, y) => x.position - y.position);
  for (const record of run.records) {
    if (record.k !== "answer") continue;
    for (const outcome of record.outcomes) {
      if (outcome.kind !== "accepted" || outcome.id === "evt_all") continue;
      Object.assign(outcome, place(rowOf(run, outcome.id)), { position: undefined });
    }
  }
}

interface Which {
  readonly device: string;
  readonly socket: number;
  readonly seq: number;
}

function editItems(run: Run, { device, socket, seq }: Which, edit: (item: NotedItem) => NotedItem[]): void {
  run.records = run.records.map((record) => {
    if (record.k !== "receipt" || record.device !== device || record.socket !== socket) return record;
    const items = record.items.flatMap((item) => item[0] === "event" && item[2] === seq ? edit(item) : [item]);
    return { ...record, items } satisfies RecordOf<"receipt">;
  });
}

export function removeItem(run: Run, which: Which): void {
  editItems(run, which, () => []);
}

export function repeatItem(run: Run, which: Which): void {
  editItems(run, which, (item) => [item, item]);
}

export function drop(run: Run, unwanted: (record: HistoryRecord) => boolean): void {
  run.records = run.records.filter((record) => !unwanted(record));
}
