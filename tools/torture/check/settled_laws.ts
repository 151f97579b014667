/** What the final log must be once every effect has arrived, by the plainest reading of the rules. @module */
import { unlawful } from "../../oracle/unlawful.ts";
import { unsettled } from "../../oracle/unsettled.ts";
import type { FinalLog } from "./final_log.ts";
import type { Violations } from "./violation.ts";

export function checkSettled(log: FinalLog, violations: Violations): void {
  for (const [{ stream, seq, type, actor }, wrong] of unlawful(log)) {
    violations.add(
      "DISC4",
      "something that should have been refused",
      `${stream} ${seq}: ${type} by ${actor}, ${wrong}`,
    );
  }
  for (const [rule, kind, what] of unsettled(log)) violations.add(rule, kind, what);
}
