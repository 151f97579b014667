/**
 * `deno task backup FILE [--since FILE]`: writes what the installation holds at this moment, while it runs (BAK1). With --since only what came
 * after that backup; a restore then takes both. With --discussion ID that discussion alone (BAK2). The file holds the key of the digests (LOG2), so it is a secret: only its owner can read it.
 * Exit code 2 if something stands in the way.
 * @module
 */
import { parseId } from "@gatz/domain";
import { backup, exportDiscussion } from "@gatz/storage";
import { parseArgs } from "node:util";
import { runTool, withDatabase } from "./database.ts";
import { countingProgress } from "./progress.ts";

const USAGE = "usage: deno task backup FILE [--since FILE | --discussion ID]";

async function main(): Promise<number> {
  const { values: { since, discussion }, positionals: [file, ...rest] } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: { since: { type: "string" }, discussion: { type: "string" } },
  });
  if (file === undefined || rest.length > 0 || (since !== undefined && discussion !== undefined)) {
    console.error(USAGE);
    return 2;
  }
  const only = discussion === undefined ? undefined : parseId("disc", discussion);
  if (only?.ok === false) {
    console.error(`--discussion is no id of a discussion (${only.problem})`);
    return 2;
  }
  return await withDatabase(async (storage) => {
    const progress = countingProgress();
    const started = performance.now();
    const done = await (only === undefined
      ? backup(storage, { file, ...(since === undefined ? {} : { since }), onProgress: progress.tell })
      : exportDiscussion(storage, { file, discussion: only.id })).finally(progress.stop);
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${file}: ${done.events} events of ${done.streams} streams, ${done.bytes} bytes in ${seconds.toFixed(1)} s, ` +
        `SHA-256 ${done.sha256}. It holds the key of the digests: keep it secret.`,
    );
    return 0;
  });
}

await runTool(main);
