/** `deno task bench [--quick] [--json] [--only name,name]`: figures of gatz, each with its yardstick measured in the same run. @module */
import { parseArgs } from "node:util";
import { interrupt, isInterrupted } from "./child.ts";
import { type Row, table } from "./row.ts";
import { FULL, QUICK, Run } from "./section.ts";
import { chooseSections, SECTIONS } from "./sections.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const INTERRUPTED = 130;
const say = (text: string) => console.error(text);

async function main(): Promise<number> {
  const chosen = chooseSections(flags.only);
  if (chosen === null) {
    say(`--only takes some of: ${SECTIONS.map(({ name }) => name).join(",")}`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, interrupt);
  const rows: Row[] = [];
  const failed: string[] = [];
  await using run = new Run(flags.quick ? QUICK : FULL);
  for (const { name, about, measure } of chosen) {
    say(`${name}: ${about}`);
    const from = performance.now();
    const found = await measure(run).catch((error: unknown) => {
      if (isInterrupted()) throw error;
      // The others are measured all the same; the run has failed.
      say(`${name} FAILED: ${error instanceof Error ? error.stack : error}\n`);
      failed.push(name);
      return [];
    });
    if (failed.includes(name)) continue;
    rows.push(...found);
    say(`${table(found)}\n(${Math.round((performance.now() - from) / 1_000)} s)\n`);
  }
  console.log(flags.json ? JSON.stringify(rows, null, 2) : table(rows));
  if (failed.length > 0) say(`not measured: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

Deno.exit(
  await main().catch((error: unknown) => {
    // Whatever it was that met its end first.
    if (isInterrupted()) return INTERRUPTED;
    throw error;
  }),
);
