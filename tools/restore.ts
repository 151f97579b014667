/**
 * `deno task restore FILE [FILE…]`: puts a backup, and those that go on from it, into an empty installation (BAK1); ended in the middle, it
 * goes on when it is called again. The file of one discussion is put into the installation as it is (BAK2). `--promoted`: declares that these databases are promoted copies that may have lost events. Either way but the second the
 * installation gets a new incarnation (LOG9), by which clients know to read anew. `FILE --digest-key` prints the line for secrets.env that
 * the data of a backup needs (LOG2). Exit code 2 if something stands in the way, such as a server that runs.
 * @module
 */
import { backupHeader, declarePromoted, restore } from "@gatz/storage";
import { parseArgs } from "node:util";
import { runTool, withDatabase } from "./database.ts";
import { countingProgress } from "./progress.ts";

const USAGE = "usage: deno task restore FILE [FILE…] | FILE --digest-key | --promoted";

async function main(): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: { "promoted": { type: "boolean", default: false }, "digest-key": { type: "boolean", default: false } },
  });
  if (values.promoted === files.length > 0) {
    console.error(USAGE);
    return 2;
  }
  if (values.promoted) {
    console.log(`the installation begins a new life: ${await withDatabase(declarePromoted)}`);
  } else if (values["digest-key"]) {
    for (const file of files) console.log(`GATZ_DIGEST_KEY=${(await backupHeader(file)).digestKey}`);
  } else await restoreFiles(files);
  return 0;
}

async function restoreFiles(files: readonly string[]): Promise<void> {
  await withDatabase(async (storage) => {
    const progress = countingProgress();
    const started = performance.now();
    const { events, incarnation } = await restore(storage, { files, onProgress: progress.tell }).finally(progress.stop);
    const seconds = (performance.now() - started) / 1000;
    const life = incarnation === null ? "one discussion is back" : `the installation begins a new life: ${incarnation}`;
    console.log(`${events} events in ${seconds.toFixed(1)} s; ${life}`);
  }, { make: true });
}

await runTool(main);
