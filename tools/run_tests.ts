/**
 * `deno task test [--needing] [FILES...]`: all tests, or those in files that need more than plain `deno test` gives, on two
 * PostgreSQL servers started for this run. Other arguments go to `deno test`. @module
 */
import { untilSignal } from "../apps/server/src/signals.ts";
import { ownServers } from "../tests/support/own_servers.ts";
import { TEST_SERVERS } from "../tests/support/postgres.ts";
import { testFiles } from "./ok/test_files.ts";

/** Files at once, unless `DENO_JOBS` says another number: most wait for deadlines of a second or two, and for other processes. */
const JOBS = "3";
/** Gives each test one. */
const DEADLINES = "tests/support/deadlines.ts";
const NEEDING = "--needing";
/** Half a minute and more each: begun first, none of them is left alone at the end. */
const LONGEST: ReadonlySet<string> = new Set(["tests/torture/torture_test.ts", "tools/replay/replay_test.ts"]);
const INTERRUPTED = 130;

async function main(asked: readonly string[]): Promise<number> {
  const args = asked.filter((arg) => arg !== NEEDING);
  if (args.length < asked.length) args.push(...longestFirst((await testFiles()).needing));
  const signals = untilSignal();
  await using servers = await ownServers();
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--parallel", "--preload", DEADLINES, ...args],
    env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? JOBS, [TEST_SERVERS]: `a=${servers.a.url},b=${servers.b.url}` },
    stdin: "null",
  }).spawn();
  const interrupted = signals.asked.then(() => "interrupted" as const);
  const ended = await Promise.race([tests.status, interrupted]);
  signals.release();
  if (ended !== "interrupted") return ended.code;
  tests.kill("SIGTERM");
  await tests.status;
  return INTERRUPTED;
}

function longestFirst(files: readonly string[]): string[] {
  return [...files.filter((file) => LONGEST.has(file)), ...files.filter((file) => !LONGEST.has(file))];
}

Deno.exit(await main(Deno.args));
