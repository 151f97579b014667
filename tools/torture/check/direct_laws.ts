/** Two people have one direct group, whichever of them asks (GRP1). @module */
import type { RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";

export class DirectLaws {
  readonly #evidence: Evidence;
  /** By the two, the group that one of them was told. */
  readonly #told = new Map<string, string>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  take({ user, other, group, incarnation, t }: RecordOf<"direct">): void {
    const { log, lives, violations } = this.#evidence;
    const pair = [user, other].sort().join(" and ");
    const before = this.#told.get(pair);
    if (before !== undefined && before !== group) {
      violations.add("GRP1", "another direct group than before", `${pair}: ${group}, not ${before}`);
    }
    this.#told.set(pair, group);
    const isThere = [user, other].every((one) => log.stays(group).isIn(one, Infinity));
    if (!isThere && lives.keeps(incarnation, t)) {
      violations.add("GRP1", "a direct group that is not there", `${pair}: ${group}`);
    }
  }
}
