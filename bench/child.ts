/** Load generators and servers under test run in processes of their own; each reports one line of JSON at its end. */

export interface ChildOptions {
  args: readonly string[];
  env?: Record<string, string>;
}

/** Runs a Deno script to its end and returns the last line it printed, parsed. Its other output goes to stderr. */
export async function runChild<T>(script: URL, options: ChildOptions): Promise<T> {
  const child = spawn(script, options);
  const { code, stdout } = await child.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  if (code !== 0) throw new Error(`${script.pathname.split("/").at(-1)} ended with ${code}`);
  return JSON.parse(lines.at(-1)!) as T; // the script's own report
}

/** Starts a Deno script and waits for its first line, JSON too; the caller ends it with {@link Running.stop}. */
export async function startChild<T>(script: URL, options: ChildOptions): Promise<Running<T>> {
  const child = spawn(script, options);
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script.pathname.split("/").at(-1)} ended before it was ready`);
    text += value;
  }
  const drained = drain(lines);
  return {
    ready: JSON.parse(text.slice(0, text.indexOf("\n"))) as T,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained;
    },
  };
}

export interface Running<T> {
  ready: T;
  pid: number;
  stop(): Promise<void>;
}

async function drain(lines: AsyncIterator<string>): Promise<void> {
  while (!(await lines.next()).done);
}

function spawn(script: URL, { args, env }: ChildOptions): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--max-old-space-size=4096", script.href, ...args],
    env: env ?? {},
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}
