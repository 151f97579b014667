/** Load generators and servers under test run in processes of their own, and report in lines of JSON. None outlives the run. */

export interface ChildOptions {
  args: readonly string[];
  env?: Record<string, string>;
}

export interface Running<T> extends AsyncDisposable {
  /** Its first line. */
  ready: T;
  pid: number;
  /** Its next line. */
  next<L>(): Promise<L>;
  /** Writes a line to its stdin. */
  tell(line: string): Promise<void>;
  /** Resolves once it has ended by itself or by a signal. */
  ended: Promise<Deno.CommandStatus>;
}

/** The run was interrupted: whatever is under way ends. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Each with the signal that ends it. */
const children = new Map<Deno.ChildProcess, Deno.Signal>();
let interrupted = false;

/** Ends all children, so that what waits for them throws, and what was started for it is taken down. */
export function interrupt(): void {
  interrupted = true;
  for (const [child, signal] of children) child.kill(signal);
}

export function isInterrupted(): boolean {
  return interrupted;
}

/** Starts a process that {@link interrupt} ends by the signal. */
export function spawnTracked(command: Deno.Command, endedBy: Deno.Signal): Deno.ChildProcess {
  if (interrupted) throw new Interrupted();
  const child = command.spawn();
  children.set(child, endedBy);
  void child.status.then(() => children.delete(child));
  return child;
}

/** Runs a Deno script to its end and returns the last line it printed, parsed. Its other output goes to stderr. */
export async function runChild<T>(script: URL, options: ChildOptions): Promise<T> {
  const child = spawn(script, options);
  child.stdin.close();
  const { code, stdout } = await child.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  if (interrupted) throw new Interrupted();
  if (code !== 0) throw new Error(`${nameOf(script)} ended with ${code}`);
  return JSON.parse(lines.at(-1)!) as T; // the script's own report
}

/** Starts a Deno script and waits for its first line. Disposing it sends SIGTERM, which a script that listens for it may use to end well. */
export async function startChild<T>(script: URL, options: ChildOptions): Promise<Running<T>> {
  const child = spawn(script, options);
  const lines = linesOf(child.stdout);
  const input = child.stdin.getWriter();
  const next = async <L>(): Promise<L> => {
    const { value, done } = await lines.next();
    if (interrupted) throw new Interrupted();
    if (done) throw new Error(`${nameOf(script)} ended before it said what was waited for`);
    return JSON.parse(value) as L; // the script's own report
  };
  const ready = await next<T>();
  return {
    ready,
    pid: child.pid,
    next,
    tell: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    ended: child.status,
    async [Symbol.asyncDispose]() {
      if (children.has(child)) child.kill("SIGTERM");
      while (!(await lines.next()).done);
      await child.status;
      input.releaseLock();
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

function spawn(script: URL, { args, env }: ChildOptions): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--max-old-space-size=4096", script.href, ...args],
    env: env ?? {},
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  return spawnTracked(command, "SIGKILL");
}

function nameOf(script: URL): string {
  return script.pathname.split("/").at(-1)!;
}
