/** What a run did and what came of it, for people. @module */
import type { Violations } from "./check/violation.ts";
import { readHistory } from "./history/history.ts";
import type { TortureRun } from "./torture.ts";

export interface Summary {
  /** Drafts offered by type, attempts at them included. */
  readonly offered: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly receipts: number;
  readonly pages: number;
  readonly devices: number;
  readonly lives: number;
  readonly apps: AppSummary;
}

/** Of the people with apps. */
export interface AppSummary {
  /** How often a process of one began. */
  readonly starts: number;
  readonly kills: number;
  /** What they were asked for, what of that they say is in the log, and what pictures they showed. */
  readonly acts: number;
  readonly acked: number;
  readonly pictures: number;
}

export async function summarize({ historyFile }: TortureRun): Promise<Summary> {
  const offered = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const lives = new Set<string>();
  let [receipts, pages, devices] = [0, 0, 0];
  let [starts, kills, acts, acked, pictures] = [0, 0, 0, 0, 0];
  const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for await (const record of readHistory(historyFile)) {
    if (record.k === "offer") { for (const { type } of record.drafts) count(offered, type); }
    if (record.k === "answer") {
      lives.add(record.incarnation);
      for (const outcome of record.outcomes) count(outcomes, nameOf(outcome));
    }
    if (record.k === "lost") count(outcomes, "lost");
    if (record.k === "failed") count(outcomes, `error ${record.code}`);
    if (record.k === "receipt") receipts += record.items.filter(([kind]) => kind === "event").length;
    if (record.k === "log-page" || record.k === "message-page") pages++;
    if (record.k === "device") devices++;
    if (record.k === "app") starts++;
    if (record.k === "app-over" && record.how === "killed") kills++;
    if (record.k === "app-asked") acts++;
    if (record.k === "app-outcome" && record.outcome.kind === "acked") acked++;
    if (record.k === "app-shows") pictures++;
  }
  const apps = { starts, kills, acts, acked, pictures };
  return { offered, outcomes, receipts, pages, devices, lives: lives.size, apps };
}

/** What every run must have of each, to say anything. */
export function lacking({ outcomes, receipts, pages, apps }: Summary): string[] {
  const had = {
    ...{ "drafts accepted": outcomes.get("accepted") ?? 0, "events by feeds": receipts, "pages read": pages },
    ...(apps.starts > 0 && { "acts of apps acked": apps.acked, "pictures by apps": apps.pictures }),
  };
  return Object.entries(had).filter(([, count]) => count === 0).map(([what]) => `no ${what}`);
}

function nameOf(outcome: { readonly kind: string; readonly code?: string; readonly reason?: string }): string {
  const why = outcome.code ?? outcome.reason;
  return why === undefined ? outcome.kind : `${outcome.kind} ${why}`;
}

export interface Judged {
  readonly summary: Summary;
  readonly run: Pick<TortureRun, "made" | "left">;
  readonly violations: Violations;
  readonly verified: { readonly code: number; readonly said: string };
}

export function reportLines({ summary, run, violations, verified }: Judged): string[] {
  const { receipts, pages, devices, lives, apps } = summary;
  return [
    ...table("offered", summary.offered),
    ...table("answered", summary.outcomes),
    `read        ${receipts} events by feeds of ${devices} devices, ${pages} pages; ${lives} incarnations`,
    `apps        ${apps.acts} acts, ${apps.acked} acked, ${apps.pictures} pictures; ${apps.starts} starts, ${apps.kills} killed`,
    ...table("faults", run.made),
    ...[...run.left].map(([name, why]) => `left out    ${name}: ${why}`),
    `verify      ${verified.said}`,
    ...lacking(summary).map((what) => `empty       ${what}: this run shows nothing`),
    ...conclusion(violations, { empty: lacking(summary).length > 0 }),
  ];
}

function table(title: string, counts: ReadonlyMap<string, number>): string[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count], i) => `${(i === 0 ? title : "").padEnd(12)}${String(count).padStart(8)}  ${name}`);
}

function conclusion(violations: Violations, { empty }: { readonly empty: boolean }): string[] {
  if (empty && violations.counts.size === 0) return [];
  if (violations.counts.size === 0) return ["held: nothing lost, doubled, misordered"];
  return [
    ...violations.shown.map(({ rule, kind, what }) => `broken      [${rule}] ${kind}: ${what}`),
    ...[...violations.counts].map(([kind, count]) => `broken      ${count} × ${kind}`),
  ];
}
