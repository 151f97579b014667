/**
 * `deno task test [--needing] [FILES...]`: all tests, or those in files that need more than plain `deno test` gives, on two
 * PostgreSQL servers started for this run. Other arguments go to `deno test`. @module
 */
import { untilSignal } from "../apps/server/src/signals.ts";
import { ownServers } from "../tests/support/own_servers.ts";
import { TEST_SERVERS } from "../tests/support/postgres.ts";
import { testFiles } from "./ok/test_files.ts";

const JOBS = "2";
const NEEDING = "--needing";
const INTERRUPTED = 130;

async function main(asked: readonly string[]): Promise<number> {
  const args = asked.filter((arg) => arg !== NEEDING);
  if (args.length < asked.length) args.push(...(await testFiles()).needing);
  const signals = untilSignal();
  await using servers = await ownServers();
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--parallel", ...args],
    env: { DENO_JOBS: JOBS, [TEST_SERVERS]: `a=${servers.a.url},b=${servers.b.url}` },
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

Deno.exit(await main(Deno.args));
