/**
 * `deno task verify [--json]`: proves that everything stored is what the log says. Uses the database of a gatz that runs here, or
 * starts the embedded one: production's if DATABASE_URL or GATZ_EMBEDDED says so, else development's. `deno task verify FILE [FILE…]`: proves a
 * backup, and those that go on from it, without restoring them (BAK1). `deno task verify --state-hash STREAM USER [--seq N] [--messages N]`:
 * what that user's client should hold of a group or a discussion, as `log.hash` answers it. Progress goes to standard error; exit code 1 if
 * anything differs, 2 if it could not be found out.
 * @module
 */
import { parseArgs } from "node:util";
import {
  DamagedBackup,
  type Problem,
  type Verification,
  verify,
  verifyBackup,
  type VerifyProgress,
} from "@gatz/storage";
import { runTool, withDatabase } from "./database.ts";
import { countingProgress } from "./progress.ts";
import { stateHash, type StateHashArguments } from "./state_hash.ts";

const TELL_EVERY_MS = 200;

async function main(): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      "json": { type: "boolean", default: false },
      "state-hash": { type: "string" },
      "seq": { type: "string" },
      "messages": { type: "string" },
    },
  });
  const { "state-hash": stream, seq, messages } = values;
  if (stream !== undefined) return await tellStateHash({ stream, positionals: files, seq, messages });
  const started = performance.now();
  const found = await (files.length > 0 ? verifyFiles(files) : verifyDatabase());
  if (found === null) return 1;
  const seconds = (performance.now() - started) / 1000;
  console.log(values.json ? JSON.stringify({ ...found, seconds }, null, 2) : lines(found, seconds).join("\n"));
  return found.problemCount === 0 ? 0 : 1;
}

async function tellStateHash(given: StateHashArguments): Promise<number> {
  const held = await stateHash(given);
  if (held === null) return 1;
  console.log(JSON.stringify(held));
  return 0;
}

function verifyDatabase(): Promise<Verification> {
  return withDatabase(async (storage) => {
    const progress = progressLine();
    const found = await verify(storage, { onProgress: progress.tell });
    progress.end();
    return found;
  });
}

/** Null, and a line that says how, if a file is damaged so that it can't be read. */
async function verifyFiles(files: readonly string[]): Promise<Verification | null> {
  const progress = countingProgress();
  try {
    return await verifyBackup({ files, onProgress: progress.tell });
  } catch (error) {
    if (!(error instanceof DamagedBackup)) throw error;
    console.error(error.message);
    return null;
  } finally {
    progress.stop();
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

await runTool(main);
