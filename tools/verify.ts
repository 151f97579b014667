/**
 * `deno task verify [--json]`: proves that everything stored is what the log says. Uses the database of a gatz that runs here, or
 * starts the embedded one. Progress goes to standard error; exit code 1 if anything differs, 2 if it could not be found out.
 * @module
 */
import { parseArgs } from "node:util";
import { DirectoryUnavailable, type Problem, type Verification, verify, type VerifyProgress } from "@gatz/storage";
import { EmbeddedPostgresError } from "@gatz/storage/embedded";
import { ConfigError, processEnvironment, readConfig } from "../apps/server/src/config.ts";
import { openDatabase } from "../apps/server/src/database.ts";
import { developmentSecrets } from "../apps/server/src/dev/secrets.ts";
import { SecretsError } from "../apps/server/src/secrets.ts";

const TELL_EVERY_MS = 200;

async function main(): Promise<number> {
  const { values } = parseArgs({ args: Deno.args, options: { json: { type: "boolean", default: false } } });
  // It listens nowhere.
  const config = readConfig(processEnvironment(), { GATZ_DEV: "1", GATZ_HOST: "127.0.0.1" });
  const database = await openDatabase(config, { secrets: await developmentSecrets(config), join: true });
  try {
    const progress = progressLine();
    const started = performance.now();
    const found = await verify(database.storage, { onProgress: progress.tell });
    progress.end();
    const seconds = (performance.now() - started) / 1000;
    console.log(values.json ? JSON.stringify({ ...found, seconds }, null, 2) : lines(found, seconds).join("\n"));
    return found.problemCount === 0 ? 0 : 1;
  } finally {
    await database.stop();
  }
}

function lines({ shards, streams, events, problemCount, problems }: Verification, seconds: number): string[] {
  const counts = `${shards} shards, ${streams} streams, ${events} events in ${seconds.toFixed(1)} s`;
  if (problemCount === 0) return [`${counts}: everything stored is what the log says`];
  const more = problemCount - problems.length;
  return [
    ...problems.map(problemLine),
    ...(more > 0 ? [`and ${more} more`] : []),
    `${counts}: ${problemCount} problems`,
  ];
}

function problemLine({ shard, stream, check, what, expected, found }: Problem): string {
  const where = stream === undefined ? `shard ${shard}` : `shard ${shard}, ${stream}`;
  return `[${check}] ${where}: ${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}

/** One line on a terminal, rewritten; elsewhere one a shard. */
function progressLine() {
  const terminal = Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  let told = -Infinity;
  let shardsTold = 0;
  const tell = (progress: VerifyProgress) => {
    const { shardsDone, shards, streams, events, problems } = progress;
    const now = performance.now();
    const line =
      `verify: ${shardsDone} of ${shards} shards, ${streams} streams, ${events} events, ${problems} problems`;
    if (terminal && now - told >= TELL_EVERY_MS) {
      Deno.stderr.writeSync(encoder.encode(`\r${line}`));
      told = now;
    } else if (!terminal && shardsDone > shardsTold) {
      console.error(line);
      shardsTold = shardsDone;
    }
  };
  return { tell, end: () => terminal && Deno.stderr.writeSync(encoder.encode("\r\x1b[K")) };
}

/** What is wrong around gatz, and not in it. */
const EXPECTED = [ConfigError, SecretsError, EmbeddedPostgresError, DirectoryUnavailable];

try {
  Deno.exitCode = await main();
} catch (error) {
  if (!(error instanceof Error) || !EXPECTED.some((known) => error instanceof known)) throw error;
  console.error(error.message);
  Deno.exitCode = 2;
}
