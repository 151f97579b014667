/** One gatz server process of a run, behind proxies on every side of it. @module */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { startTcpProxy, type TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import { pause } from "../client/pause.ts";
import type { FakeClock } from "./clock.ts";
import type { Database } from "./database.ts";

export interface NodeOptions {
  readonly name: string;
  readonly folder: string;
  /** By name; the first has the directory. */
  readonly databases: readonly Database[];
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: FakeClock | undefined;
  /** It ended by itself, though it had served. */
  readonly onDeath: (what: string) => void;
  /** It was told to end, and did not. */
  readonly onHung: (what: string) => void;
}

/**
 * Becomes the server, and leaves a watchdog behind that kills it when our end of the pipe closes without a word: so nothing
 * goes on running without us, even after a kill -9.
 */
const LAUNCHER = `
exec 3<&0 </dev/null
( (if read -r _ <&3; then exit 0; fi; kill -s KILL $$) >/dev/null 2>&1 & )
exec "$0" "$@" 3<&-
`;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const READY_MS = 90_000;
const STOP_MS = 15_000;
const PORTS = { first: 20_000, count: 10_000 };
const INHERITED = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "LANG"];

export class Node {
  readonly name: string;
  /** Between clients and the server. */
  readonly front: TcpProxy;
  /** Between other servers and this one. */
  readonly side: TcpProxy;
  /** Between the server and its databases, in the databases' order. */
  readonly backs: readonly TcpProxy[];
  readonly #options: NodeOptions;
  readonly #port: number;
  #child: Deno.ChildProcess | undefined;
  /** Whether the process has served, and whether somebody ends it. */
  #served = false;
  #ending = false;
  #output: Promise<void> = Promise.resolve();
  #starts = 0;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.#port = freePort();
    this.front = startTcpProxy({ hostname: "127.0.0.1", port: this.#port });
    this.side = startTcpProxy({ hostname: "127.0.0.1", port: this.#port });
    this.backs = options.databases.map((database) => startTcpProxy({ hostname: "127.0.0.1", port: database.port }));
  }

  /** Undefined if this machine has no library for one. */
  get clock(): FakeClock | undefined {
    return this.#options.clock;
  }

  /** What clients call. */
  get url(): string {
    return `http://127.0.0.1:${this.front.port}`;
  }

  get runs(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process; it may take as long as it likes to serve. */
  start(): void {
    const { name, folder, databases, environment, clock } = this.#options;
    const through = databases.map((database, i) => [database.name, this.backs[i]!.through(database.url)] as const);
    const server = ["run", "-A", "--no-check", "--config", path.join(ROOT, "deno.json"), `${ROOT}apps/server/main.ts`];
    const child = new Deno.Command("sh", {
      args: ["-c", LAUNCHER, Deno.execPath(), ...server],
      // Not in a folder that has secrets of its own.
      cwd: folder,
      clearEnv: true,
      env: {
        ...inherited(),
        ...environment,
        ...clock?.environment,
        GATZ_PORT: String(this.#port),
        GATZ_NODE_URL: `http://127.0.0.1:${this.side.port}`,
        DATABASE_URL: through[0]![1],
        GATZ_SERVERS: through.map(([server, url]) => `${server}=${url}`).join(","),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    this.#served = false;
    this.#ending = false;
    const log = path.join(folder, `${name}.${++this.#starts}.log`);
    this.#output = Promise.all([keep(child.stdout, `${log}.out`), keep(child.stderr, log)]).then(() => {});
    void child.status.then(() => {
      void dismissWatchdog(child);
      if (this.#served && !this.#ending) this.#options.onDeath(`${name}, see ${log}`);
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** Resolves once it serves, starting it as often as it gives up. `whole`: with all shards. */
  async ready({ whole = false }: { readonly whole?: boolean } = {}): Promise<void> {
    const until = performance.now() + READY_MS;
    while (performance.now() < until) {
      if (this.#child === undefined) this.start();
      if (await this.#serves(whole)) {
        this.#served = true;
        return;
      }
      await pause(50);
    }
    throw new Error(`${this.name} did not serve within ${READY_MS / 1000} s: see its log in ${this.#options.folder}`);
  }

  /** Sends a signal, if it runs. */
  signal(name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(name);
  }

  /** Ends it with a signal and waits for the end. */
  async end(name: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#ending = true;
    child.kill(name);
    const ended = await Promise.race([child.status.then(() => true), pause(STOP_MS)]);
    if (ended !== true) {
      this.#options.onHung(`${this.name} within ${STOP_MS / 1_000} s of ${name}`);
      child.kill("SIGKILL");
      await child.status;
    }
    await this.#output;
    this.#child = undefined;
  }

  async stop(): Promise<void> {
    this.signal("SIGCONT");
    await this.end("SIGTERM");
    await Promise.all([this.front, this.side, ...this.backs].map((proxy) => proxy.close()));
  }

  async #serves(whole: boolean): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}/health${whole ? "?strict" : ""}`, {
        signal: AbortSignal.timeout(2_000),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // Nobody listens yet, or not any more.
      return false;
    }
  }
}

async function dismissWatchdog({ stdin }: Deno.ChildProcess): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode("done\n"));
  await writer.close();
}

async function keep(stream: ReadableStream<Uint8Array>, file: string): Promise<void> {
  await Deno.writeFile(file, stream);
}

/** Below those that systems give to connections: it is free still when the server is started again. */
function freePort(): number {
  const { first, count } = PORTS;
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
