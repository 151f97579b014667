import { stripVTControlCharacters } from "node:util";
import type { StepResult } from "./step.ts";

/** What `deno test` says at its end: `ok | 12 passed (3 steps) | 1 failed`. */
const SUMMARY = /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/g;

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** The tests of the last step, which runs all; and each other step that failed counts as one that failed. */
export function count(results: readonly Pick<StepResult, "success" | "output">[]): Count {
  const all = results.at(-1);
  const summary = [...stripVTControlCharacters(all?.output ?? "").matchAll(SUMMARY)].at(-1);
  const failedTests = Number(summary?.[2] ?? 0);
  const failedSteps = results.filter((step) => !step.success && (step !== all || failedTests === 0)).length;
  return { passed: Number(summary?.[1] ?? 0), failed: failedTests + failedSteps };
}
