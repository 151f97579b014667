/** `deno task test [FILES...]`: all tests, on two PostgreSQL servers started for this run. Arguments go to `deno test`. @module */
import { TEST_SERVERS } from "../tests/support/postgres.ts";
import { ownServers } from "../tests/support/own_servers.ts";
import { untilSignal } from "./signals.ts";

const JOBS = "2";

async function main(args: readonly string[]): Promise<number> {
  const interrupted = untilSignal();
  await using servers = await ownServers();
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--parallel", ...args],
    env: { DENO_JOBS: JOBS, [TEST_SERVERS]: `a=${servers.a.url},b=${servers.b.url}` },
    stdin: "null",
  }).spawn();
  const status = await Promise.race([tests.status, interrupted.signal]);
  interrupted.stop();
  if (typeof status === "object") return status.code;
  await tests.status;
  return 130;
}

Deno.exit(await main(Deno.args));
