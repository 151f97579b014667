/** Reads a whole history and the final log, and says which promises were broken. Shares no code with gatz. @module */
import type { HistoryRecord, RecordOf } from "../history/record.ts";
import { checkAnswer } from "./answer_laws.ts";
import { DirectLaws } from "./direct_laws.ts";
import { AppLaws } from "./app_laws.ts";
import { checkDrafts, checkNothingInvented, type Evidence } from "./draft_laws.ts";
import { Drafts } from "./drafts.ts";
import { FeedLaws } from "./feed_laws.ts";
import type { FinalLog } from "./final_log.ts";
import { Lives } from "./lives.ts";
import { checkLog } from "./log_laws.ts";
import { checkOrder } from "./order_laws.ts";
import { MarkLaws } from "./mark_laws.ts";
import { ReadLaws } from "./read_laws.ts";
import { checkSettled } from "./settled_laws.ts";
import { Violations } from "./violation.ts";

export type Records = AsyncIterable<HistoryRecord> | Iterable<HistoryRecord>;

/** @param history may be gone through more than once */
export async function check(history: () => Records, log: FinalLog): Promise<Violations> {
  const violations = new Violations();
  const lives = await readLives(history(), log);
  const evidence: Evidence = { log, lives, violations };
  const reads = new ReadLaws(evidence);
  const feeds = new FeedLaws(evidence, reads);
  const marks = new MarkLaws(evidence);
  const directs = new DirectLaws(evidence);
  const drafts = new Drafts();
  const apps = new AppLaws(evidence, reads);
  let settled: RecordOf<"settled"> | undefined;
  let calm = false;
  const offers = new Map<number, RecordOf<"offer">>();
  for await (const record of history()) {
    drafts.take(record);
    apps.take(record, { calm });
    if (record.k === "settled") settled = record;
    checkEnds(record, violations);
    if (record.k === "calm") calm = true;
    if (record.k === "offer") offers.set(record.op, record);
    if (record.k === "answer") {
      const offer = offers.get(record.op);
      noteAcks(record, offer, reads);
      if (offer !== undefined) checkAnswer(record, offer, violations);
      offers.delete(record.op);
    }
    if (record.k === "list") reads.list(record);
    if (record.k === "mark") marks.mark(record);
    if (record.k === "mark-lost") marks.lost(record);
    if (record.k === "direct") directs.take(record);
    if (record.k === "unread" && calm) reads.refused(record);
    if (record.k === "device") {
      feeds.device(record);
      marks.device(record);
    }
    if (record.k === "dropped") feeds.dropped(record);
    if (record.k === "receipt") {
      feeds.receipt(record);
      marks.receipt(record);
    }
    if (record.k === "log-page") reads.logPage(record);
    if (record.k === "message-page") reads.messagePage(record, { calm });
  }
  checkLog(log, violations);
  checkSettled(log, violations);
  checkDrafts(drafts, evidence);
  checkNothingInvented({ drafts, apps: apps.drafts }, evidence);
  checkOrder(drafts, evidence);
  apps.finish(settled?.apps ?? []);
  if (settled === undefined) violations.add("LIVE1", "a run that never settled", "");
  else {
    feeds.finish(settled.devices, drafts);
    marks.finish(settled.devices);
  }
  if (settled !== undefined && !calm) violations.add("LIVE1", "a run that never came to rest", "");
  return violations;
}

/** What comes to an end comes to it by itself only if it should, and as soon as it is let. */
function checkEnds(record: HistoryRecord, violations: Violations): void {
  if (record.k === "death") violations.add("SHARD2", "a server that ended by itself", record.what);
  if (record.k === "hung") violations.add("SHARD2", "a server that did not end when told to", record.what);
  if (record.k === "unfinished") violations.add("LOG4", "something without an end, in calm", record.what);
}

/** Who was told of an ack reads no less from then on. */
function noteAcks(answer: RecordOf<"answer">, offer: RecordOf<"offer"> | undefined, reads: ReadLaws): void {
  if (offer === undefined) return;
  const { user, stream } = offer;
  const { t, incarnation } = answer;
  for (const outcome of answer.outcomes) {
    if (outcome.kind === "accepted") reads.saw({ user, stream, seq: outcome.seq, t, incarnation });
  }
}

async function readLives(history: Records, log: FinalLog): Promise<Lives> {
  const promotions: RecordOf<"promoted">[] = [];
  let first: string | undefined;
  for await (const record of history) {
    if (record.k === "promoted") promotions.push(record);
    if (first === undefined && (record.k === "device" || record.k === "answer")) first = record.incarnation;
  }
  return new Lives(log.incarnation, promotions, first ?? log.incarnation);
}
