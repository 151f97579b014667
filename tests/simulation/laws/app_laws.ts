/** What apps on packages/client do and show, judged as torture judges its apps (LOG4, VIS4, READ0–2). */
import { AppLaws } from "../../../tools/torture/check/app_laws.ts";
import { FinalLog } from "../../../tools/torture/check/final_log.ts";
import { Lives } from "../../../tools/torture/check/lives.ts";
import { ReadLaws } from "../../../tools/torture/check/read_laws.ts";
import { Violations } from "../../../tools/torture/check/violation.ts";
import { digestOf } from "../../../tools/torture/history/digest.ts";
import type { History } from "../history.ts";

/** The lives of a run's installation: each goes on with all that there was before it. */
const LIFE = "the only one that counts";

export function* brokenInApps(history: History): Generator<string> {
  const log = finalLog(history);
  const violations = new Violations();
  const evidence = { log, violations, lives: new Lives(LIFE, [], LIFE) };
  const reads = new ReadLaws(evidence);
  const apps = new AppLaws(evidence, reads);
  const ended = appsOfEnded(history, log);
  let calm = false;
  for (const record of history.apps) {
    if (record.k === "calm") calm = true;
    if ("app" in record && record.app !== undefined && ended.has(record.app)) continue;
    if (record.k === "list") reads.list(record);
    apps.take(record, { calm });
  }
  yield* invented(history, { apps, log });
  yield* unfounded(history);
  yield* shutOut(history, ended);
  apps.finish(history.appsAtEnd.filter((app) => !ended.has(app)));
  for (const { rule, kind, what } of violations.shown) yield `[${rule}] ${kind}: ${what}`;
}

function finalLog({ shards }: History): FinalLog {
  return new FinalLog(
    LIFE,
    shards.map(({ shard, log, positions, reads }) => ({
      ...{ shard, head: positions.at(-1) ?? 0, undelivered: 0 },
      rows: log.map((event, i) => ({ ...event, position: positions[i]!, digest: digestOf(event.body) })), // one for each
      marks: reads.map(({ user, discussion, epoch, seq, rev }) => ({ user, mark: [discussion, epoch, seq, rev] })),
    })),
  );
}

/** Whose account is over is not served any more: what their apps still hold has no end. */
function appsOfEnded({ apps }: History, log: FinalLog): ReadonlySet<string> {
  return new Set(apps.flatMap((one) => one.k === "app" && log.person(one.user).isEnded ? [one.app] : []));
}

/** All that apps have offered is what they were asked for, each once. */
function* invented({ offers }: History, { apps, log }: { apps: AppLaws; log: FinalLog }): Generator<string> {
  const byHand = new Set(offers.filter(({ isByApp }) => !isByApp).flatMap(({ drafts }) => drafts.map(({ id }) => id)));
  for (const row of log.byId.values()) {
    if (row.actor === "system" || byHand.has(row.id) || apps.drafts.of(row) !== undefined) continue;
    if (log.person(row.actor).isEnded) continue;
    yield `[LOG1] an app has sent what it was not asked for: ${row.type} ${row.id} to ${row.stream}`;
  }
}

/** What an app says was refused, a server has refused. */
function* unfounded({ offers, apps }: History): Generator<string> {
  const refused = new Set(
    offers.flatMap(({ drafts, outcomes }) =>
      (outcomes ?? []).flatMap((outcome, i) => outcome.kind === "rejected" ? [`${drafts[i]?.id} ${outcome.code}`] : [])
    ),
  );
  for (const record of apps) {
    if (record.k !== "app-outcome" || record.outcome.kind !== "rejected") continue;
    const what = `${record.id} ${record.outcome.code}`;
    if (!refused.has(what)) yield `[LOG4] an app says no, and no server has said so: ${record.app}: ${what}`;
  }
}

/** Who goes on has an app that does, whatever happened to those before it. */
function* shutOut({ apps, appsAtEnd }: History, ended: ReadonlySet<string>): Generator<string> {
  const newest = new Map(apps.flatMap((one) => one.k === "app" ? [[one.app.split("#")[0], one.app]] : []));
  for (const app of newest.values()) {
    if (!ended.has(app) && !appsAtEnd.includes(app)) yield `[LOG4] an app that nobody lets in: ${app}`;
  }
}
