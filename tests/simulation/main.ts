/**
 * `deno run -P tests/simulation/main.ts [--histories N] [--seed S] [--trace | --hashes]`: runs of the simulation, from a seed on. `--trace` tells
 * all that happens in the first of them, `--hashes` only the hash of that, for each; `--stop`: at the first that breaks a law.
 * @module
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    hashes: { type: "boolean", default: false },
    stop: { type: "boolean", default: false },
  },
});
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const histories = values.trace ? 1 : Number(values.histories);

const began = performance.now();
let [broken, events, ms] = [0, 0, 0];
for (let seed = first; seed < first + histories; seed++) {
  const run = await simulate(seed, values.trace ? { tell: (line) => console.log(line) } : {});
  if (values.hashes) console.log(`${seed} ${run.trace}`);
  events += run.events;
  ms += run.ms;
  if (run.problems.length === 0) continue;
  broken++;
  console.log(`seed ${seed}: ${run.problems.length} broken`);
  for (const problem of run.problems.slice(0, 5)) console.log(`  ${problem}`);
  if (values.stop) break;
}
const minutes = (performance.now() - began) / 60_000;
console.log(
  `${histories} histories from seed ${first}, ${broken} broken: ${Math.round(histories / minutes)} a minute, ` +
    `${Math.round(events / histories)} events and ${Math.round(ms / histories)} ms of virtual time each`,
);
Deno.exit(broken === 0 ? 0 : 1);
