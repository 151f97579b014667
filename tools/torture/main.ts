/** `deno task torture`: many people, real faults, and a checker that shares no code with gatz. @module */
import { parseArgs } from "node:util";
import { untilSignal } from "../../apps/server/src/signals.ts";
import type { Fault } from "./faults/fault.ts";
import { FAULTS } from "./faults/plan.ts";
import { lacking, reportLines, summarize } from "./report.ts";
import { Interrupted, torture, type TortureRun } from "./torture.ts";

const USAGE = `deno task torture [options]

People do random things on real servers while real faults happen; then it is checked that nothing was lost, doubled or misordered.
Exit code 1: a promise was broken; the history is kept, and the command to run it again is printed.

  --minutes N      how long faults are made (default 1)
  --seed TEXT      which faults, when, and what people try (default: of the clock)
  --faults A,B     only these; none: "none"
  --servers N      gatz servers on the same database (default 1)
  --databases N    PostgreSQL servers, 1 or 2 (default: by the seed)
  --people N       (default 16)
  --apps N         people who use apps on gatz's own client: one in three with two apps on one store (default 3)

Faults: ${FAULTS.map(({ name }) => name).join(", ")}`;

const FLAGS = {
  minutes: { type: "string", default: "1" },
  seed: { type: "string" },
  faults: { type: "string" },
  servers: { type: "string", default: "1" },
  databases: { type: "string" },
  people: { type: "string", default: "16" },
  apps: { type: "string", default: "3" },
  help: { type: "boolean", default: false },
} as const;

class BadUsage extends Error {
  override readonly name = "BadUsage";
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = values.seed ?? String(Date.now() % 1_000_000);
  const databases = values.databases === undefined
    ? 1 + Number(Number.parseInt(seed) % 2 === 0)
    : whole(values.databases);
  const options = {
    seed,
    stormMs: positive(values.minutes) * 60_000,
    faults: wanted(values.faults),
    ...{ servers: whole(values.servers), databases, people: whole(values.people) },
    appPeople: whole(values.apps, 0),
  };
  const again = `deno task torture --seed ${seed} --minutes ${values.minutes} --servers ${values.servers} ` +
    `--databases ${databases} --people ${values.people} --apps ${values.apps}${
      values.faults === undefined ? "" : ` --faults ${values.faults}`
    }`;
  const folder = await Deno.makeTempDir({ prefix: "gatz-torture-" });
  const signals = untilSignal();
  let held = false;
  try {
    await using run = await torture({ ...options, folder, say, interrupted: signals.asked });
    held = await judge(run);
  } finally {
    if (!held) console.error(`history and logs are in ${folder}\nto run it again: ${again}`);
  }
  if (held) await Deno.remove(folder, { recursive: true });
  return held ? 0 : 1;
}

async function judge(run: TortureRun): Promise<boolean> {
  const violations = await run.judge(await run.readLog());
  const verified = await run.verify();
  const summary = await summarize(run);
  console.log(reportLines({ summary, run, violations, verified }).join("\n"));
  return violations.counts.size === 0 && verified.code === 0 && lacking(summary).length === 0;
}

function say(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${line}`);
}

function wanted(names: string | undefined): readonly Fault[] {
  if (names === undefined) return FAULTS;
  if (names === "none") return [];
  return names.split(",").map((name) => {
    const fault = FAULTS.find((one) => one.name === name);
    if (fault === undefined) throw new BadUsage(`no fault is called ${name}\n\n${USAGE}`);
    return fault;
  });
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new BadUsage(`${text} is not a number above 0`);
  return number;
}

function whole(text: string, least = 1): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new BadUsage(`${text} is no whole number from ${least} on`);
  return number;
}

/** What went wrong, and what then went wrong while clearing up. */
function all(error: unknown): unknown[] {
  return error instanceof SuppressedError ? [...all(error.suppressed), ...all(error.error)] : [error];
}

Deno.exit(
  await main().catch((error: unknown) => {
    const isForPeople = error instanceof BadUsage || error instanceof Interrupted;
    for (const one of all(error)) console.error(isForPeople ? error.message : one);
    return 2;
  }),
);
