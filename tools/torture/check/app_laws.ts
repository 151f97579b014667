/** All that is judged of apps (see app_record.ts). Also of those in the simulation, which say it in the same words. @module */
import type { HistoryRecord } from "../history/record.ts";
import { checkAppDrafts } from "./app_draft_laws.ts";
import { AppCanLaws } from "./app_can_laws.ts";
import { AppDrafts } from "./app_drafts.ts";
import { AppListLaws } from "./app_list_laws.ts";
import { AppShowLaws } from "./app_show_laws.ts";
import type { Evidence } from "./draft_laws.ts";
import type { ReadLaws } from "./read_laws.ts";

export class AppLaws {
  readonly drafts = new AppDrafts();
  readonly #evidence: Evidence;
  readonly #shows: AppShowLaws;
  readonly #lists: AppListLaws;
  readonly #can: AppCanLaws;

  constructor(evidence: Evidence, reads: ReadLaws) {
    this.#evidence = evidence;
    this.#shows = new AppShowLaws(evidence, reads);
    this.#lists = new AppListLaws(evidence, reads);
    this.#can = new AppCanLaws(evidence);
  }

  take(record: HistoryRecord, { calm }: { readonly calm: boolean }): void {
    this.drafts.take(record);
    for (const laws of [this.#shows, this.#lists, this.#can]) if (record.k === "app") laws.begins(record);
    if (record.k === "app-rows") this.#lists.rows(record);
    if (record.k === "app-can") this.#can.can(record);
    if (record.k === "app-shows") this.#shows.shows(record, { calm });
    if (record.k === "app-state") this.#shows.state(record);
    if (record.k !== "app-rests" || (record.status === "live" && record.pending.length === 0)) return;
    const what = `${record.app} is ${record.status}, and holds ${record.pending.join()}`;
    this.#evidence.violations.add("LOG4", "an app that does not come to rest", what);
  }

  /** @param apps the processes that went on to the end */
  finish(apps: readonly string[]): void {
    checkAppDrafts(this.drafts, this.#evidence);
    this.#shows.finish(apps);
  }
}
