/** The process of an app: reads commands from its standard input, and writes what it says to its standard output. @module */
import { createGatz } from "../../../packages/client/src/app/create_gatz.ts";
import { memoryStore } from "../../../packages/client/src/store/memory.ts";
import { sqliteStore } from "../../../packages/client/sqlite.ts";
import { Shell } from "./shell.ts";
import type { AppSettings, Command, Report } from "./speech.ts";

const OPEN = 4;
const SHOW_MS = 200;

// What app_process.ts gives.
const { urls, token, storeFile } = JSON.parse(Deno.args[0] ?? "") as AppSettings;
const store = storeFile === null ? memoryStore() : await sqliteStore({ path: storeFile });
const gatz = await createGatz({
  url: urls,
  auth: token,
  store,
  // It ends here: whoever runs it names it.
  onBug: (bug) => {
    console.error(bug);
    Deno.exit(70);
  },
});
const { user: viewer } = await gatz.ready();
const shell = new Shell({ gatz, viewer, say, open: OPEN, showMs: SHOW_MS });
say({ say: "ready" });
for await (const line of lines(Deno.stdin.readable)) {
  const command = JSON.parse(line) as Command;
  const done = shell.do(command);
  if (command.do !== "close") continue;
  await done;
  Deno.exit(0);
}
// Whoever started it is gone.
Deno.exit(0);

/** Written before it goes on: what was said is heard, also of one that is killed then. */
function say(report: Report): void {
  const bytes = new TextEncoder().encode(JSON.stringify(report) + "\n");
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

async function* lines(readable: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
