/** The server that a replay starts if it is given none. @module */
import { fileURLToPath } from "node:url";

export interface ServerProcess extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
}

/** The server did not start; it said why itself. */
export class NoServer extends Error {
  override readonly name = "NoServer";
}

/** Those of `deno task dev`. */
const PERMISSIONS = ["read", "write", "env", "run", "sys", "net"].map((name) => `--allow-${name}`);
const ENTRY = fileURLToPath(new URL("./server_main.ts", import.meta.url));

/**
 * Starts it in a process of its own. `fresh`: with a new database that is gone afterwards; else with development's.
 * @throws {NoServer}
 */
export async function startServerProcess({ fresh }: { readonly fresh: boolean }): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, ENTRY, ...(fresh ? ["--fresh"] : [])],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { done, value } = await lines.read();
    if (done) break;
    said += value;
  }
  if (!said.startsWith("http")) {
    await child.status;
    throw new NoServer("the server did not start; with --url, a replay plays to one that runs already");
  }
  const stop = async () => {
    await child.stdin.close();
    await Promise.all([child.status, readOn(lines)]);
  };
  return { url: said.trim(), [Symbol.asyncDispose]: stop };
}

async function readOn(lines: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await lines.read()).done);
}
