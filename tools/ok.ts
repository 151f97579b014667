/**
 * `deno task ok [--within SECONDS]`: the whole gate, step by step, each timed. The last line is `N passed, N failed`.
 * What is not done in time is ended, and has failed. @module
 */
import { parseArgs, styleText } from "node:util";
import { count } from "./ok/count.ts";
import { run, type StepResult } from "./ok/step.ts";
import { misplaced, testFiles } from "./ok/test_files.ts";

interface Step {
  readonly name: string;
  /** Arguments of deno. */
  readonly args: readonly string[];
  /** Whether its tests are counted. */
  readonly tests: boolean;
}

const CODE = ["packages", "apps", "tools", "tests", "bench", "examples"];
const DOCS = ["README.md", "ARCHITECTURE.md", "docs"];

const PURE = { name: "pure tests, without permissions", args: ["task", "test:pure", "--no-check"], tests: true };
const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"], tests: false },
  { name: "lint", args: ["lint", "--quiet"], tests: false },
  { name: "types", args: ["check", "--quiet", ...CODE], tests: false },
  { name: "docs' code", args: ["test", "--doc", "--permit-no-files", "-P", ...DOCS], tests: false },
  { name: "layers", args: ["run", "--allow-run", "--allow-read", "tools/layers.ts"], tests: false },
  PURE,
  { name: "the tests that need more", args: ["task", "test", "--needing", "--no-check"], tests: true },
];

const { values } = parseArgs({ options: { within: { type: "string" } } });
const signal = values.within === undefined
  ? new AbortController().signal
  : AbortSignal.timeout(Number(values.within) * 1000);

const results: (StepResult & Step)[] = [];
for (const step of STEPS) {
  if (signal.aborted) {
    results.push({ ...step, success: false, seconds: 0, output: "" });
    continue;
  }
  console.log(styleText("bold", `\n== ${step.name}: deno ${step.args.join(" ")}`));
  results.push({ ...step, ...await run(step.args, { signal }) });
}
const pure = results.find(({ name }) => name === PURE.name);
const misplacedFiles = pure?.success ? misplaced(await testFiles(), pure.output) : [];
console.log("");
for (const { name, success, seconds } of results) {
  console.log(`${success ? "ok  " : "FAIL"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
}
for (const line of misplacedFiles) console.log(`FAIL ${line}`);
if (signal.aborted) console.log(`What was not done after ${values.within} s was ended, or not begun.`);
const { passed, failed } = count(results);
const allFailed = failed + misplacedFiles.length;
console.log(`${passed} passed, ${allFailed} failed`);
Deno.exit(allFailed === 0 && passed > 0 ? 0 : 1);
