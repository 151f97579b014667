import * as path from "node:path";
import type { Account } from "./account.ts";
import { credentials } from "./command.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { readPidFile, signal } from "./processes.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 25;
const KEPT_LINES = 100;

/**
 * Started by a shell that becomes the server (exec), after leaving a watchdog behind: it waits at our end of a pipe, and
 * if the pipe closes without a word (we were killed), it stops the server. So nothing is left running, even by kill -9.
 * The watchdog is no child of the server (the inner brackets end at once): PostgreSQL takes the death of any child of its
 * own, even of one that it does not know, for a crash of the whole server. It keeps our end of the log open, so that
 * whoever reads that to its end has waited for it too.
 */
const LAUNCHER = `
exec 3<&0 </dev/null
( (if read -r _ <&3; then exit 0; fi; kill -s INT $$) >/dev/null & )
exec "$0" "$@" 3<&-
`;

export interface PostmasterOptions {
  readonly binaries: string;
  readonly dataDir: string;
  readonly port: number;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string | undefined;
}

/** A running server process that we started. */
export class Postmaster {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #status: Promise<Deno.CommandStatus>;
  readonly #log: Promise<void>;
  readonly #recent: string[] = [];
  #ended = false;

  constructor(private readonly options: PostmasterOptions) {
    const settings = Object.entries(options.settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const server = path.join(options.binaries, "bin", "postgres");
    this.#child = new Deno.Command("sh", {
      args: ["-c", LAUNCHER, server, "-D", options.dataDir, "-p", String(options.port), ...settings],
      cwd: "/",
      env: { LC_ALL: "C", ...options.environment },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
      // Its own process group: Ctrl-C in the terminal reaches us alone, and we stop the server last.
      detached: true,
      ...credentials(options.account),
    }).spawn();
    this.pid = this.#child.pid;
    this.#log = this.#keepLog();
    this.#status = this.#child.status.then(async (status) => {
      this.#ended = true;
      await this.#dismissWatchdog();
      return status;
    });
  }

  /** Resolves when the server takes connections; throws with the server's own words if it ends before. */
  async ready(): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (this.#ended) throw await this.#failure();
      const found = await readPidFile(this.options.dataDir);
      if (found?.ready && found.pid === this.pid) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await this.stop();
    throw new EmbeddedPostgresError("StartFailed", `PostgreSQL did not start in ${START_TIMEOUT_MS / 1000} s.`);
  }

  /** Ends all connections and the server. Resolves when no process of it is left. */
  async stop(): Promise<void> {
    // A stopped (SIGSTOP) server can't hear that it should end.
    if (!this.#ended) await signal("CONT", [this.pid]);
    for (const name of ["INT", "QUIT", "KILL"] as const) {
      if (this.#ended) break;
      await signal(name, [this.pid]);
      await this.#endedWithin(STOP_TIMEOUT_MS);
    }
    await this.#status;
    await this.#log;
  }

  async #endedWithin(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
    await Promise.race([this.#status, timeout]);
    clearTimeout(timer);
  }

  async #dismissWatchdog(): Promise<void> {
    const stdin = this.#child.stdin.getWriter();
    try {
      await stdin.write(new TextEncoder().encode("done\n"));
      await stdin.close();
    } catch (error) {
      // The watchdog is gone already, as after a kill -9 of the whole tree.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  async #keepLog(): Promise<void> {
    const decoder = new TextDecoder();
    const file = new LogFile(this.options.logFile);
    for await (const chunk of this.#child.stderr) {
      this.#recent.push(...decoder.decode(chunk, { stream: true }).split("\n").filter((line) => line !== ""));
      this.#recent.splice(0, this.#recent.length - KEPT_LINES);
      await file.write(chunk);
    }
    file.close();
  }

  async #failure(): Promise<EmbeddedPostgresError> {
    await this.#log;
    const words = this.#recent.join("\n");
    if (/could not bind|Address already in use/.test(words)) {
      return new EmbeddedPostgresError("PortBusy", `Port ${this.options.port} is taken by another program.`);
    }
    return new EmbeddedPostgresError("StartFailed", `PostgreSQL did not start:\n${words}`);
  }
}

/** A file that can't be written is given up with a word about it: the server goes on, and what it says must be taken from it. */
class LogFile {
  #name: string | undefined;
  #file: Deno.FsFile | undefined;

  constructor(name: string | undefined) {
    this.#name = name;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#name === undefined) return;
    try {
      this.#file ??= await Deno.open(this.#name, { write: true, create: true, truncate: true });
      for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
    } catch (error) {
      console.warn(
        `PostgreSQL's log can't be written to ${this.#name} (${error instanceof Error ? error.message : error})`,
      );
      this.#name = undefined;
      this.close();
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
