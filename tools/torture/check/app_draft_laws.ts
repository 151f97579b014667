/** No send of an app is lost or doubled, those of one app to one stream keep their order, and what it says of each is true (LOG2, LOG4). @module */
import { type AppDraft, type AppDrafts, isAsAsked, placed } from "./app_drafts.ts";
import type { Evidence } from "./draft_laws.ts";
import type { FinalLog, LogRow } from "./final_log.ts";
import type { Violations } from "./violation.ts";

export function checkAppDrafts(drafts: AppDrafts, evidence: Evidence): void {
  const { log, violations } = evidence;
  for (const draft of drafts.all) {
    const row = log.byId.get(draft.id ?? "");
    if (row === undefined) checkGone(draft, { drafts, evidence });
    else checkPlace(draft, row, evidence);
  }
  checkAppOrder(drafts, log, violations);
}

/** What is in the log is what was asked for, where the app says, and the app does not say no to it. */
function checkPlace(draft: AppDraft, row: LogRow, { violations, lives }: Evidence): void {
  if (!isAsAsked(row, draft)) {
    violations.add("LOG2", "an app's draft that says something else", `${named(draft)}: ${JSON.stringify(row.body)}`);
  }
  for (const { t, outcome } of draft.outcomes) {
    if (outcome.kind === "rejected") {
      violations.add("LOG4", "an app that says no to what is in the log", `${named(draft)}: ${outcome.code}`);
    } else if ((outcome.seq !== row.seq || outcome.at !== row.at) && !lives.mayBeLost(t)) {
      const what = `${named(draft)}: ${outcome.seq} at ${outcome.at}, and it is ${row.seq} at ${row.at}`;
      violations.add("LOG4", "an app that was acked at another place", what);
    }
  }
}

/** What is not in the log was refused, never stored, or lost with a life of the installation. */
function checkGone(
  draft: AppDraft,
  { drafts, evidence: { violations, lives } }: { readonly drafts: AppDrafts; readonly evidence: Evidence },
): void {
  const acks = draft.outcomes.filter(({ outcome }) => outcome.kind === "acked");
  const kept = acks.find(({ t }) => !lives.mayBeLost(t));
  if (kept !== undefined) violations.add("LOG4", "an app's acked draft lost", named(draft));
  if (drafts.isPending(draft)) return violations.add("LOG4", "an app's draft without an end", named(draft));
  const isRefused = draft.outcomes.some(({ outcome }) => outcome.kind === "rejected");
  if (isRefused || acks.length > 0) return;
  const isOwed = draft.stored !== undefined || !draft.app.isKilled;
  // Who was killed may have had an ack that nobody heard of.
  if (isOwed && !lives.hasLossAfter(draft.asked)) {
    violations.add("LOG4", "a send of an app lost", named(draft));
  }
}

/** By one app in the order of its calls; by all that share a store, what was stored before another was asked for. */
function checkAppOrder(drafts: AppDrafts, log: FinalLog, violations: Violations): void {
  const queues = Map.groupBy(placed(drafts, log), ([{ app }, { stream }]) => `${app.store} ${stream}`);
  for (const queue of queues.values()) {
    const inOrder = queue.toSorted(([, one], [, other]) => one.seq - other.seq);
    for (const [i, [later]] of inOrder.entries()) {
      const overtaken = inOrder.slice(i + 1).find(([earlier]) => comesFirst(earlier, later));
      if (overtaken === undefined) continue;
      violations.add("LOG4", "an app's drafts out of order", `${named(later)} came before ${named(overtaken[0])}`);
    }
  }
}

function comesFirst(one: AppDraft, other: AppDraft): boolean {
  if (one.app === other.app) return one.op < other.op;
  return one.stored !== undefined && one.stored < other.asked;
}

function named({ app, op, type, id, stream }: AppDraft): string {
  return `${app.name}, act ${op}: ${type} ${id ?? "?"} to ${stream ?? "?"}`;
}
