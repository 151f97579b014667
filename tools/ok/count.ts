import { stripVTControlCharacters } from "node:util";
import type { StepResult } from "./step.ts";

/** What `deno test` says at its end: `ok | 12 passed (3 steps) | 1 failed`. */
const SUMMARY = /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/g;
/** The line of a test, not of a step of one: `./a_test.ts => title ... ok (3ms)`. */
const TESTED = /^\.\/\S+ => (?:(?! \.\.\. ).)* \.\.\. (ok|FAILED) \(/gm;

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export interface Counted extends Pick<StepResult, "success" | "output"> {
  /** Whether its tests are counted; each test is in one such step. */
  readonly tests: boolean;
}

/** The tests of all steps that have some; and each step that failed without a failed test, or had none to run, counts as one that failed. */
export function count(results: readonly Counted[]): Count {
  const counts = results.map(countStep);
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function countStep({ success, output, tests }: Counted): Count {
  const { passed, failed } = tests ? tested(stripVTControlCharacters(output)) : { passed: 0, failed: 0 };
  const isWell = success && failed === 0 && (!tests || passed > 0);
  return { passed, failed: isWell ? 0 : Math.max(1, failed) };
}

/** What a run says in the end; of one that was ended before, what each of its tests said. */
function tested(output: string): Count {
  const summary = [...output.matchAll(SUMMARY)].at(-1);
  if (summary !== undefined) return { passed: Number(summary[1]), failed: Number(summary[2]) };
  const results = [...output.matchAll(TESTED)].map(([, result]) => result);
  const passed = results.filter((result) => result === "ok").length;
  return { passed, failed: results.length - passed };
}
