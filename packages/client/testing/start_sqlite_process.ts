/** Another process with stores in SQLite files. @module */
import { fileURLToPath } from "node:url";
import type { SqliteStoreOptions } from "../sqlite.ts";
import type { Store } from "../src/store/contract.ts";
import { FarStores } from "./far_stores.ts";

export interface SqliteProcess extends AsyncDisposable {
  open(options: SqliteStoreOptions): Promise<Store>;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Comes back when it has ended. */
  readonly ended: Promise<unknown>;
}

/** `fileBlocks`: no file may grow beyond so many blocks of 512 bytes. Standard error goes to this process's. */
export function startSqliteProcess({ fileBlocks }: { readonly fileBlocks?: number } = {}): SqliteProcess {
  const script = fileURLToPath(new URL("./sqlite_process.ts", import.meta.url));
  const limits = fileBlocks === undefined ? "" : `trap '' XFSZ; ulimit -f ${fileBlocks}; `;
  const deno = ["run", "--no-check", "--quiet", "--allow-read", "--allow-write", "--allow-env", script];
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", `${limits}exec "$0" "$@"`, Deno.execPath(), ...deno],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  // What is asked of a process that was killed gets no answer; that is told by `cut`.
  const stores = new FarStores((line) => void input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}));
  const ended = hear(child.stdout, stores).then(() => child.status);
  return {
    open: (options) => stores.open(JSON.stringify(options)),
    ended,
    signal: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      await input.close().catch(() => {});
      await ended;
    },
  };
}

async function hear(output: ReadableStream<Uint8Array<ArrayBuffer>>, stores: FarStores): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) stores.hear(line);
  }
  stores.cut();
}
