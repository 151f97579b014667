/** `deno task ok`: the whole gate, step by step, each timed. The last line is `N passed, N failed`. @module */
import { styleText } from "node:util";
import { count } from "./ok/count.ts";
import { run, type StepResult } from "./ok/step.ts";

interface Step {
  readonly name: string;
  /** Arguments of deno. */
  readonly args: readonly string[];
}

const CODE = ["packages", "apps", "tools", "tests", "bench", "examples"];
const DOCS = ["README.md", "ARCHITECTURE.md", "docs"];

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", ...CODE] },
  { name: "docs' code", args: ["test", "--doc", "--permit-no-files", "-P", ...DOCS] },
  { name: "layers", args: ["run", "--allow-run", "--allow-read", "tools/layers.ts"] },
  { name: "pure tests, without permissions", args: ["task", "test:pure"] },
  { name: "all tests", args: ["task", "test"] },
];

const results: (StepResult & Step)[] = [];
for (const step of STEPS) {
  console.log(styleText("bold", `\n== ${step.name}: deno ${step.args.join(" ")}`));
  results.push({ ...step, ...await run(step.args) });
}
console.log("");
for (const { name, success, seconds } of results) {
  console.log(`${success ? "ok  " : "FAIL"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
}
const { passed, failed } = count(results);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
