/** What the lists of apps show at any time: no row as it was before, and each preview the newest message as of its row's head (READ0, VIS4). @module */
import type { RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";
import type { ReadLaws } from "./read_laws.ts";

interface Listed {
  readonly user: string;
  readonly heads: Map<string, number>;
  incarnation: string;
}

export class AppListLaws {
  readonly #evidence: Evidence;
  readonly #reads: ReadLaws;
  readonly #apps = new Map<string, Listed>();

  constructor(evidence: Evidence, reads: ReadLaws) {
    this.#evidence = evidence;
    this.#reads = reads;
  }

  begins({ app, user }: RecordOf<"app">): void {
    this.#apps.set(app, { user, heads: new Map(), incarnation: "" });
  }

  rows({ app, t, incarnation, rows }: RecordOf<"app-rows">): void {
    const { lives, violations } = this.#evidence;
    const listed = this.#apps.get(app);
    if (listed === undefined) throw new Error(`an app that never began: ${app}`);
    // In the next life of the installation all is read anew (LOG9).
    if (incarnation !== listed.incarnation) listed.heads.clear();
    listed.incarnation = incarnation;
    for (const { stream, head, preview } of rows) {
      const before = listed.heads.get(stream) ?? 0;
      if (head < before) {
        violations.add("READ0", "an app whose list goes back", `${app} at ${t}: ${stream} at ${head} after ${before}`);
      }
      listed.heads.set(stream, head);
      if (!lives.keeps(incarnation, t)) continue;
      this.#reads.preview({ user: listed.user, whose: app, stream, asOf: head, preview }, { calm: false });
    }
  }
}
